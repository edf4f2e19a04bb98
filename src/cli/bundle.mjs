// Part of the build: makes dist/bundle of the command line and all that it needs, so that nothing
// else has to be installed and few files have to be found, read and linked at every start.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { evaluated, namedLibrary, packedWasm } from './embedded.mjs'
import { licences } from './licences.mjs'

const root = fileURLToPath(new URL('../../', import.meta.url))
const dist = join(root, 'dist')
const folder = join(dist, 'bundle')

/** What is read when it is built, not when it runs: large tables and texts of packages. */
const EVALUATED = ['tui/editor/emoji-names.js', 'bench/report/chart-library.js']

/** Packages that others use if they are there; they are not. */
const ABSENT = ['pg-native', 'react-devtools-core', 'kerberos']

/** A module that calls eval, where nothing here leads to. */
const CALLS_EVAL = 'hdr-histogram-js/dist/JsHistogram.encoding.js'

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
const threads = [
  'bench/worker/generator-thread',
  'bench/worker/http-thread',
  'storage/sqlite/search-thread',
]
const bundle = await rolldown({
  input: {
    main: join(dist, 'cli/main.js'),
    ...Object.fromEntries(threads.map((path) => [basename(path), join(dist, `${path}.js`)])),
  },
  platform: 'node',
  // One for each system; npm installs those of this one.
  external: [/^@libsql\/(darwin|linux|win32)-/],
  // React and ink as they run for users, without their checks and tools for developers.
  transform: { define: { 'process.env.NODE_ENV': '"production"' } },
  // How long the plugins took is no fault: on a machine with other work it is any share.
  checks: { bundlerTimings: false },
  plugins: [without(ABSENT), packedWasm(folder), evaluated(EVALUATED), namedLibrary()],
  onLog(level, log, handler) {
    if (log.code === 'EVAL' && log.id?.endsWith(CALLS_EVAL)) return
    if (level === 'warn') throw new Error(log.message)
    handler(level, log)
  },
})
const { output } = await bundle.write({ dir: folder, chunkFileNames: '[name].js' })
await bundle.close()

const wanted = output.flatMap(({ imports, dynamicImports }) => [...imports, ...dynamicImports])
const files = new Set(output.map(({ fileName }) => fileName))
const strangers = wanted.filter((name) => !files.has(name) && !isBuiltin(name))
if (strangers.length > 0) throw new Error(`Left outside the bundle: ${strangers.join(', ')}`)
checkLibraries('libsql')
// Read when they are built, or part of dist/web.
const taken = [
  'emojilib',
  'uplot',
  'react-dom',
  'scheduler',
  'virtua',
  'frimousse',
  'emojibase-data',
]
const embedded = taken.map((name) => join(root, 'node_modules', name, 'file'))
const text = licences([...output.flatMap(({ moduleIds }) => moduleIds), ...embedded])
writeFileSync(join(folder, 'LICENSES.txt'), text)

/** Puts an empty module in the place of one that is not installed and not used. */
function without(names) {
  const mark = '\0without '
  return {
    name: 'without',
    resolveId: (id) => (names.includes(id) ? mark + id : undefined),
    load: (id) => (id.startsWith(mark) ? 'export default undefined' : undefined),
  }
}

/** Throws unless the libraries that package.json names are those that a bundled package is for. */
function checkLibraries(name) {
  const { optionalDependencies: wanted } = readPackage(join(root, 'node_modules', name))
  const wrong = Object.entries(readPackage(root).optionalDependencies).filter(
    ([library, version]) => wanted[library] !== version,
  )
  if (wrong.length === 0) return
  throw new Error(`${name} is not for ${wrong.map((pair) => pair.join('@')).join(', ')}`)
}

function readPackage(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}
