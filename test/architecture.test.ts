import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'

/**
 * Folder → what its files may import besides each other: a folder, or one file of it. `type`
 * before it allows only `import type`. A row names only rows above it, so that folders make no
 * loop, not even of types.
 */
type Layers = Readonly<Record<string, readonly string[]>>

/** The folders of src. */
const FOLDERS: Layers = {
  protocol: [],
  client: ['protocol'],
  view: ['client', 'protocol'],
  react: ['view', 'client', 'protocol'],
  bench: ['protocol', 'client'],
  // Which reports there are is one list, and each is a flag.
  config: ['protocol', 'bench/report/report-formats.ts'],
  storage: ['protocol'],
  bus: ['protocol'],
  server: [
    ...['protocol', 'type config', 'bus', 'storage/store.ts', 'storage/entries.ts'],
    ...['storage/conversation.ts', 'storage/upload-records.ts'],
    ...['storage/message-ages.ts', 'storage/step-size.ts', 'storage/turns.ts'],
    ...['storage/access-entries.ts', 'storage/access-records.ts', 'storage/entry-base.ts'],
  ],
  tui: ['view', 'client', 'protocol'],
  web: ['react', 'view', 'client', 'protocol'],
  cli: ['protocol', 'config', 'storage', 'server', 'client', 'bench', 'tui', 'web'],
}

/**
 * The rooms of src/server, from the bottom up: what is delivered, how, and who asks for it. The
 * files beside them do the wiring, and may know every room.
 */
const ROOMS: Layers = {
  frames: [],
  telemetry: [],
  limits: ['telemetry'],
  auth: ['limits'],
  uploads: ['telemetry'],
  log: ['frames'],
  access: ['frames'],
  delivery: ['access', 'log', 'frames', 'telemetry'],
  presence: ['delivery', 'access', 'log', 'frames', 'telemetry'],
  node: ['presence', 'delivery', 'access', 'log', 'frames', 'auth', 'uploads', 'telemetry'],
  websocket: ['node', 'presence', 'delivery', 'frames', 'limits', 'auth', 'telemetry'],
  http: [
    'node',
    'presence',
    'delivery',
    'access',
    'log',
    'frames',
    'limits',
    'auth',
    'uploads',
    'telemetry',
  ],
}

/** Package, or scope with its slash → the only folders and files that may import it. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  ink: ['tui'],
  react: ['tui', 'react', 'web'],
  'react-dom': ['web'],
  virtua: ['web/list'],
  vite: ['web', 'cli/dev.mjs'],
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

/** Each import that breaks the table of folders or of packages, in words. */
function findStrayImports(imports: readonly Import[]): string[] {
  return inWords(imports.filter((one) => !(one.isPackage ? isPlaced(one) : isBelow(one, FOLDERS))))
}

/** Each import between the server's rooms that breaks their table, in words. */
function findStrayRooms(imports: readonly Import[]): string[] {
  const between = imports.filter(({ from, to }) => isInRoom(from) && isWithin(to, 'server'))
  const named = between.map((one) => ({ ...one, from: inServer(one.from), to: inServer(one.to) }))
  return inWords(named.filter((one) => !isBelow(one, ROOMS)))
}

function isInRoom(file: string): boolean {
  return isWithin(file, 'server') && file.split('/').length > 2
}

function inServer(file: string): string {
  return file.slice('server/'.length)
}

function inWords(imports: readonly Import[]): string[] {
  return imports.map(({ from, to }) => `${from} imports ${to}`)
}

/** Whether a package may be imported where it is. */
function isPlaced({ from, to }: Import): boolean {
  const places = Object.entries(PACKAGES).find(([name]) => isOfPackage(to, name))?.[1]
  return places === undefined || places.some((place) => isWithin(from, place))
}

/** Whether a table allows an import; paths are from the folder that it is of. */
function isBelow({ from, to, isTypeOnly }: Import, layers: Layers): boolean {
  const folder = from.split('/')[0]!
  const allowed = layers[folder]
  if (!allowed) return false
  return [folder, ...allowed].some((rule) => {
    const place = rule.replace('type ', '')
    return isWithin(to, place) && (isTypeOnly || place === rule)
  })
}

/** Each row of a table that names something which is not above it. */
function findUnordered(layers: Layers): string[] {
  const folders = Object.keys(layers)
  return Object.entries(layers).flatMap(([folder, allowed], i) =>
    allowed
      .map((rule) => rule.replace('type ', '').split('/')[0]!)
      .filter((name) => !folders.slice(0, i).includes(name))
      .map((name) => `${folder} names ${name}`),
  )
}

function isOfPackage(specifier: string, name: string): boolean {
  return name.endsWith('/') ? specifier.startsWith(name) : isWithin(specifier, name)
}

function isWithin(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}/`)
}

/** One cycle of imports, those of types too, first file repeated at its end, or undefined. */
function findCycle(imports: readonly Import[]): string[] | undefined {
  const graph = new Map<string, string[]>()
  for (const { from, to, isPackage } of imports)
    if (!isPackage) graph.set(from, [...(graph.get(from) ?? []), to])

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

/** Folders whose files know each other by types in circles still. */
const TYPE_CYCLES = ['cli', 'tui']

describe('the sources', () => {
  const imports = readSources()

  it('are found by this test, with their imports', () => {
    expect(imports).toContainEqual({
      from: 'server/chat-server.ts',
      to: 'storage/store.ts',
      isPackage: false,
      isTypeOnly: true,
    })
    expect(imports.filter(({ isPackage }) => isPackage)).not.toEqual([])
  })

  it('import only what the table of the architecture allows', () => {
    expect(findStrayImports(imports)).toEqual([])
  })

  it('of the server import only what the table of its rooms allows', () => {
    expect(findStrayRooms(imports)).toEqual([])
  })

  it('have no cycle of imports', () => {
    expect(findCycle(imports.filter(({ isTypeOnly }) => !isTypeOnly))).toBeUndefined()
  })

  it('have no cycle of imports of types either', () => {
    const isKnown = ({ from }: Import) => TYPE_CYCLES.some((folder) => isWithin(from, folder))
    expect(findCycle(imports.filter((one) => !isKnown(one)))).toBeUndefined()
  })
})

describe.each([
  ['src', FOLDERS, SOURCE_FOLDER],
  ['src/server', ROOMS, `${SOURCE_FOLDER}server/`],
])('the table of %s', (_name, layers, folder) => {
  it('has a row for each folder, and for nothing else', () => {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    const folders = files.filter((file) => /\/.*\./.test(file)).map((file) => file.split('/')[0]!)
    expect(Object.keys(layers).sort()).toEqual([...new Set(folders)].sort())
  })

  it('names only files and folders that exist', () => {
    const named = Object.values(layers).flat()
    const missing = named.filter((rule) => !existsSync(folder + rule.replace('type ', '')))
    expect(missing).toEqual([])
  })

  it('goes from the bottom up', () => {
    expect(findUnordered(layers)).toEqual([])
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

describe('findStrayRooms', () => {
  it.each([
    ['server/frames/a.ts', "import { b } from '../log/b.ts'"],
    ['server/log/a.ts', "import type { B } from '../delivery/b.ts'"],
    ['server/delivery/a.ts', "import type { B } from '../node/b.ts'"],
    ['server/telemetry/a.ts', "import type { B } from '../node/b.ts'"],
    ['server/node/handlers/a.ts', "import { b } from '../../http/b.ts'"],
    ['server/log/a.ts', "import { b } from '../chat-server.ts'"],
    ['server/new-room/a.ts', "import { b } from '../frames/b.ts'"],
  ])('refuses in %s: %s', (from, source) => {
    expect(findStrayRooms(readImports(from, source))).toHaveLength(1)
  })

  it.each([
    ['server/chat-server.ts', "import { b } from './http/b.ts'"],
    ['server/node/handlers/a.ts', "import { b } from '../../delivery/b.ts'"],
    ['server/log/a.ts', "import type { Store } from '../../storage/store.ts'"],
    ['cli/a.ts', "import { b } from '../server/limits/b.ts'"],
  ])('allows in %s: %s', (from, source) => {
    expect(findStrayRooms(readImports(from, source))).toEqual([])
  })
})

describe('findUnordered', () => {
  it('finds a row that names a row below it, or none', () => {
    const layers = { low: [], middle: ['low', 'high/a.ts', 'absent'], high: ['type middle'] }
    expect(findUnordered(layers)).toEqual(['middle names high', 'middle names absent'])
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

  it('counts imports of types', () => {
    const imports = [edge('a.ts', 'b.ts'), edge('b.ts', 'a.ts', true)]
    expect(findCycle(imports)).toEqual(['a.ts', 'b.ts', 'a.ts'])
  })

  it('does not take two ways to the same file for a cycle', () => {
    const imports = [
      ...[edge('a.ts', 'b.ts'), edge('a.ts', 'c.ts')],
      ...[edge('b.ts', 'd.ts'), edge('c.ts', 'd.ts')],
    ]
    expect(findCycle(imports)).toBeUndefined()
  })
})
