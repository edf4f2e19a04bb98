// Part of the build: makes dist/tui/ink.js a file that needs no module but React, and writes beside
// it the licences of what went in.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const file = fileURLToPath(new URL('../../dist/tui/ink.js', import.meta.url))

const bundle = await rolldown({
  input: file,
  platform: 'node',
  // React is the client's own, too, and there must be only one.
  external: [/^react($|\/)/],
  // As `connect` runs: in production, and without ink's tools for developers.
  transform: { define: { 'process.env.NODE_ENV': '"production"' } },
  plugins: [withoutModule('react-devtools-core')],
  onLog(level, log, handler) {
    if (level === 'warn') throw new Error(log.message)
    handler(level, log)
  },
})
const { output } = await bundle.write({ file, codeSplitting: false, sourcemap: false })
await bundle.close()
writeFileSync(`${file}.LICENSES.txt`, licences(output.flatMap((chunk) => chunk.moduleIds ?? [])))

/** Puts an empty module in the place of one that is not installed and not used. */
function withoutModule(name) {
  const empty = `\0without ${name}`
  return {
    name: empty,
    resolveId: (id) => (id === name ? empty : undefined),
    load: (id) => (id === empty ? 'export default undefined' : undefined),
  }
}

/** The licence of every package that some modules are of. */
function licences(moduleIds) {
  const folders = moduleIds.flatMap(
    (id) => id.match(/^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0] ?? [],
  )
  return [...new Set(folders)].sort().map(licence).join('\n\n')
}

function licence(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const text = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
  const body = text === undefined ? license : readFileSync(join(folder, text), 'utf8').trim()
  return `${name} ${version}\n\n${body}`
}
