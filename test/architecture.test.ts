import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'

/**
 * Folder of src → what its files may import besides each other: a folder, or one file of it.
 * `type` before it allows only `import type`. The table of design/architecture.md.
 */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  config: ['protocol'],
  storage: ['protocol'],
  bus: ['protocol'],
  server: [
    ...['protocol', 'type config', 'bus', 'storage/store.ts', 'storage/entries.ts'],
    ...['storage/conversation.ts', 'storage/upload-records.ts'],
  ],
  client: ['protocol'],
  react: ['client', 'protocol'],
  bench: ['protocol', 'client'],
  tui: ['react', 'client', 'protocol'],
  web: ['react', 'client', 'protocol'],
  cli: [
    ...['protocol', 'config', 'storage', 'bus', 'server', 'client', 'react', 'bench'],
    ...['tui', 'web'],
  ],
}

/** Package, or scope with its slash → the only folders and files that may import it. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  ink: ['tui', 'react'],
  react: ['tui', 'react'],
  pg: ['storage'],
  '@prisma/': ['storage'],
  ws: ['server', 'client/node.ts', 'bench'],
  jose: ['server'],
}

interface Import {
  /** The importing file, from src: `server/node/node.ts`. */
  readonly from: string
  /** A file from src, or a package's specifier. */
  readonly to: string
  readonly isPackage: boolean
  /**
   * Whether it vanishes at run time: `import type`. An `import { type X }` does not, because
   * verbatimModuleSyntax keeps it as `import {}`.
   */
  readonly isTypeOnly: boolean
}

const STATIC_IMPORT = /^(?:import|export)\s+(type\s+)?(?:[^'"`;]*?\bfrom\s+)?['"]([^'"]+)['"]/gm
const DYNAMIC_IMPORT = /^(?!\s*(?:\*|\/\/)).*?(typeof\s+)?\bimport\(\s*['"]([^'"]+)['"]/gm

function readImports(from: string, source: string): Import[] {
  return [...source.matchAll(STATIC_IMPORT), ...source.matchAll(DYNAMIC_IMPORT)].map((match) => {
    const specifier = match[2]!
    const isPackage = !specifier.startsWith('.')
    const to = isPackage ? specifier : posix.join(posix.dirname(from), specifier)
    return { from, to, isPackage, isTypeOnly: match[1] !== undefined }
  })
}

/** Each import that breaks the tables, in words. */
function findStrayImports(imports: readonly Import[]): string[] {
  return imports.filter((one) => !isAllowed(one)).map(({ from, to }) => `${from} imports ${to}`)
}

function isAllowed({ from, to, isPackage, isTypeOnly }: Import): boolean {
  if (isPackage) {
    const places = Object.entries(PACKAGES).find(([name]) => isOfPackage(to, name))?.[1]
    return places === undefined || places.some((place) => isWithin(from, place))
  }
  const folder = from.split('/')[0]!
  const allowed = ALLOWED[folder]
  if (!allowed) return false
  return [folder, ...allowed].some((rule) => {
    const place = rule.replace('type ', '')
    return isWithin(to, place) && (isTypeOnly || place === rule)
  })
}

function isOfPackage(specifier: string, name: string): boolean {
  return name.endsWith('/') ? specifier.startsWith(name) : isWithin(specifier, name)
}

function isWithin(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}/`)
}

/** One cycle of run-time imports, first file repeated at its end, or undefined. */
function findCycle(imports: readonly Import[]): string[] | undefined {
  const graph = new Map<string, string[]>()
  for (const { from, to, isPackage, isTypeOnly } of imports)
    if (!isPackage && !isTypeOnly) graph.set(from, [...(graph.get(from) ?? []), to])

  const done = new Set<string>()
  const visit = (file: string, path: string[]): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file]
    if (done.has(file)) return undefined
    for (const next of graph.get(file) ?? []) {
      const cycle = visit(next, [...path, file])
      if (cycle) return cycle
    }
    done.add(file)
    return undefined
  }
  for (const file of graph.keys()) {
    const cycle = visit(file, [])
    if (cycle) return cycle
  }
  return undefined
}

const SOURCE_FOLDER = new URL('../src/', import.meta.url).pathname

function readSources(): Import[] {
  return readdirSync(SOURCE_FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file) && !file.startsWith('storage/generated/'))
    .flatMap((file) => readImports(file, readFileSync(SOURCE_FOLDER + file, 'utf8')))
}

describe('the sources', () => {
  const imports = readSources()

  it('are found by this test, with their imports', () => {
    expect(imports).toContainEqual({
      from: 'server/node/node.ts',
      to: 'storage/store.ts',
      isPackage: false,
      isTypeOnly: true,
    })
    expect(imports.filter(({ isPackage }) => isPackage)).not.toEqual([])
  })

  it('import only what the table of the architecture allows', () => {
    expect(findStrayImports(imports)).toEqual([])
  })

  it('have no cycle of imports', () => {
    expect(findCycle(imports)).toBeUndefined()
  })
})

describe('readImports', () => {
  it.each([
    ["import { a } from './b.ts'", 'server/b.ts', false],
    ["import {\n  a,\n  type B,\n} from '../bus/b.ts'", 'bus/b.ts', false],
    ["import type { A } from '../bus/b.ts'", 'bus/b.ts', true],
    ["import { type A } from './b.ts'", 'server/b.ts', false],
    ["export { a } from './b.ts'", 'server/b.ts', false],
    ["export type * from './b.ts'", 'server/b.ts', true],
    ["import './b.ts'", 'server/b.ts', false],
    ["  load: async () => (await import('./b.ts')).b,", 'server/b.ts', false],
    ["let a: typeof import('./b.ts')", 'server/b.ts', true],
  ])('%j is read', (source, to, isTypeOnly) => {
    expect(readImports('server/a.ts', source)).toEqual([
      { from: 'server/a.ts', to, isPackage: false, isTypeOnly },
    ])
  })

  it('tells a package from a file', () => {
    expect(readImports('server/a.ts', "import { b } from '@prisma/client'")).toEqual([
      { from: 'server/a.ts', to: '@prisma/client', isPackage: true, isTypeOnly: false },
    ])
  })

  it('does not read an import that a comment mentions', () => {
    expect(readImports('server/a.ts', "/**\n * import('./b.ts')\n */\n// import('ws')")).toEqual([])
  })
})

describe('findStrayImports', () => {
  it.each([
    ['protocol/a.ts', "import { b } from '../server/b.ts'"],
    ['protocol/a.ts', "import type { B } from '../config/b.ts'"],
    ['server/a.ts', "import { b } from '../storage/open-store.ts'"],
    ['server/node/handlers/a.ts', "import { b } from '../../../config/b.ts'"],
    ['server/a.ts', "import { b } from '../cli/main.ts'"],
    ['bench/a.ts', "import { b } from '../server/b.ts'"],
    ['tui/a.ts', "const { b } = await import('../cli/b.ts')"],
    ['new-folder/a.ts', "import { b } from '../protocol/b.ts'"],
    ['cli/a.ts', "import { b } from '../../test/support/until.ts'"],
    ['server/a.ts', "import { PrismaClient } from '@prisma/client'"],
    ['cli/a.ts', "import type { Client } from 'pg'"],
    ['cli/a.ts', "import { render } from 'ink'"],
    ['client/a.ts', "import { jsx } from 'react/jsx-runtime'"],
    ['client/chat-client.ts', "import { WebSocket } from 'ws'"],
  ])('refuses in %s: %s', (from, source) => {
    expect(findStrayImports(readImports(from, source))).toHaveLength(1)
  })

  it.each([
    ['server/node/handlers/a.ts', "import type { B } from '../../../config/b.ts'"],
    ['server/a.ts', "import type { Store } from '../storage/store.ts'"],
    ['storage/a.ts', "import { PrismaPg } from '@prisma/adapter-pg'"],
    ['client/node.ts', "import { WebSocket } from 'ws'"],
    ['cli/a.ts', "import { b } from '../tui/b.tsx'"],
    ['web/a.ts', "import { reactive } from 'reactive'"],
  ])('allows in %s: %s', (from, source) => {
    expect(findStrayImports(readImports(from, source))).toEqual([])
  })
})

describe('findCycle', () => {
  const edge = (from: string, to: string, isTypeOnly = false): Import => ({
    from,
    to,
    isPackage: false,
    isTypeOnly,
  })

  it('finds a cycle through several files', () => {
    const imports = [edge('a.ts', 'b.ts'), edge('b.ts', 'c.ts'), edge('c.ts', 'b.ts')]
    expect(findCycle(imports)).toEqual(['b.ts', 'c.ts', 'b.ts'])
  })

  it('finds a file that imports itself', () => {
    expect(findCycle([edge('a.ts', 'a.ts')])).toEqual(['a.ts', 'a.ts'])
  })

  it('does not count imports of types', () => {
    expect(findCycle([edge('a.ts', 'b.ts'), edge('b.ts', 'a.ts', true)])).toBeUndefined()
  })

  it('does not take two ways to the same file for a cycle', () => {
    const imports = [
      ...[edge('a.ts', 'b.ts'), edge('a.ts', 'c.ts')],
      ...[edge('b.ts', 'd.ts'), edge('c.ts', 'd.ts')],
    ]
    expect(findCycle(imports)).toBeUndefined()
  })
})
