import { readFileSync } from 'node:fs'

/** The part of a bundler's knowledge of modules that is used. */
interface ModuleGraph {
  getModuleInfo(id: string): { readonly importedIds: readonly string[] } | null
}

const MAIN = `${import.meta.dirname}/main.tsx`

/** Hands on all hooks: who takes one of them from there does not need the others. */
const ENTRY = new URL('../react/react.ts', import.meta.url).pathname

/** The modules that the page needs before it shows anything, of each build. */
const first = new WeakMap<ModuleGraph, ReadonlySet<string>>()

/** Names the file of a module: what is loaded first anyway is one, however much of it later parts share. */
export function nameOfFirst(moduleId: string, graph: ModuleGraph): string | null {
  let ids = first.get(graph)
  if (!ids) {
    ids = reachedFrom(MAIN, graph)
    first.set(graph, ids)
  }
  return ids.has(moduleId) || moduleId.includes('rolldown/runtime') ? 'app' : null
}

function reachedFrom(start: string, graph: ModuleGraph): ReadonlySet<string> {
  const files = filesByName()
  const seen = new Set<string>()
  const left = [start]
  for (let id = left.pop(); id !== undefined; id = left.pop()) {
    if (seen.has(id)) continue
    seen.add(id)
    // Of what it hands on only that comes along which is taken.
    if (id === ENTRY) continue
    const imported = graph.getModuleInfo(id)?.importedIds ?? []
    left.push(...imported)
    if (imported.includes(ENTRY))
      left.push(...takenFrom(id).flatMap((name) => files.get(name) ?? []))
  }
  return seen
}

/** What the entry hands on → the file that it is of. */
function filesByName(): ReadonlyMap<string, string> {
  const exports = readFileSync(ENTRY, 'utf8').matchAll(
    /^export (?!type)\{([^}]*)\} from '([^']+)'/gm,
  )
  return new Map(
    [...exports].flatMap(([, names, from]) =>
      valuesOf(names!).map((name) => [name, new URL(from!, `file://${ENTRY}`).pathname] as const),
    ),
  )
}

/** The values that a module takes from the entry. */
function takenFrom(id: string): string[] {
  const imports = readFileSync(id, 'utf8').matchAll(
    /^import (?!type)\{([^}]*)\} from '[^']*\/react\/react\.ts'/gm,
  )
  return [...imports].flatMap(([, names]) => valuesOf(names!))
}

function valuesOf(names: string): string[] {
  return names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && !name.startsWith('type '))
}
