// Part of the build: gives the declarations of chatws/client the types of zod that they name, so
// that no package of 8 MB is installed for them: none of its code is run by a client.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))
const protocol = join(root, 'dist/protocol')
const zod = join(root, 'node_modules/zod')
const copy = join(protocol, 'zod')

/** Words of many languages, for messages: no type of ours leads there. */
const LOCALES = join(zod, 'v4/locales/index.d.ts')

/** What a declaration takes from beside it. */
const BESIDE = /(?<=\b(?:from|import\()\s*["'])\.[^"']+(?=["'])/g

rmSync(copy, { recursive: true, force: true })
copyDeclaration(join(zod, 'index.d.ts'), new Set())
for (const name of readdirSync(protocol).filter((name) => name.endsWith('.d.ts'))) {
  const file = join(protocol, name)
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, text.replaceAll("from 'zod'", "from './zod/index.js'"))
}

/** Copies a declaration with all that it leads to. */
function copyDeclaration(file, seen) {
  if (seen.has(file)) return
  seen.add(file)
  const text = file === LOCALES ? 'export {}\n' : readFileSync(file, 'utf8')
  const target = join(copy, relative(zod, file))
  mkdirSync(dirname(target), { recursive: true })
  writeFileSync(target, text)
  for (const [name] of text.matchAll(BESIDE))
    copyDeclaration(join(dirname(file), name.replace(/\.js$/, '.d.ts')), seen)
}
