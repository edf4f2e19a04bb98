// Part of the build: makes dist/bundle of the command line and all that it needs, so that nothing
// else has to be installed and few files have to be found, read and linked at every start.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire, isBuiltin } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { licences } from './licences.mjs'

const root = fileURLToPath(new URL('../../', import.meta.url))
const dist = join(root, 'dist')
const folder = join(dist, 'bundle')

/** Packages that stay outside, with why. */
const OUTSIDE = {
  libsql: 'loads a native library',
  emojilib: 'a large table that few sessions read',
  uplot: 'read as text, for pages of results',
}

/** Packages that others use if they are there; they are not. */
const ABSENT = ['pg-native', 'react-devtools-core']

/** A module that calls eval, where nothing here leads to. */
const CALLS_EVAL = 'hdr-histogram-js/dist/JsHistogram.encoding.js'

const threads = ['generator-thread', 'http-thread']
const bundle = await rolldown({
  input: {
    main: join(dist, 'cli/main.js'),
    ...Object.fromEntries(threads.map((name) => [name, join(dist, `bench/worker/${name}.js`)])),
  },
  platform: 'node',
  external: Object.keys(OUTSIDE),
  // React and ink as they run for users, without their checks and tools for developers.
  transform: { define: { 'process.env.NODE_ENV': '"production"' } },
  plugins: [without(ABSENT)],
  onLog(level, log, handler) {
    if (log.code === 'EVAL' && log.id?.endsWith(CALLS_EVAL)) return
    if (level === 'warn') throw new Error(log.message)
    handler(level, log)
  },
})
rmSync(folder, { recursive: true, force: true })
const { output } = await bundle.write({ dir: folder, chunkFileNames: '[name].js' })
await bundle.close()

const wanted = output.flatMap(({ imports, dynamicImports }) => [...imports, ...dynamicImports])
const files = new Set(output.map(({ fileName }) => fileName))
const strangers = wanted.filter(
  (name) => !files.has(name) && !isBuiltin(name) && !Object.hasOwn(OUTSIDE, name),
)
if (strangers.length > 0) throw new Error(`Left outside the bundle: ${strangers.join(', ')}`)
checkSame('libsql', '@libsql/client')
const text = licences(output.flatMap(({ moduleIds }) => moduleIds))
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

/** Throws unless a package that stays outside is the very one that a bundled package is given here. */
function checkSame(name, neededBy) {
  const resolveFrom = (folder) => createRequire(join(folder, 'package.json')).resolve(name)
  const user = join(root, 'node_modules', neededBy)
  if (resolveFrom(user) === resolveFrom(root)) return
  const range = readPackage(user).dependencies[name]
  throw new Error(`${neededBy} needs ${name}@${range}: package.json must name such a version`)
}

function readPackage(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}
