// Part of the build: the licences of the packages that the bundle is made of, as they ask for.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Stands between packages. */
const LINE = '-'.repeat(80)

/** What licences and the notices that belong to them are called. */
const LICENCE = /^(licen[cs]e|copying|unlicen[cs]e)/i
const NOTICE = /^notice/i

/** The text of the licence of every package that some modules are of. Throws where there is none. */
export function licences(moduleIds) {
  const folders = moduleIds.flatMap(
    (id) => id.match(/^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0] ?? [],
  )
  return [...new Set(folders)].sort().map(licence).join(`\n\n${LINE}\n\n`)
}

function licence(folder) {
  const about = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const files = readdirSync(folder).sort()
  const texts = [LICENCE, NOTICE].flatMap((name) =>
    files
      .filter((file) => name.test(file))
      .map((file) => readFileSync(join(folder, file), 'utf8').trim()),
  )
  const text = texts.length > 0 ? texts.join('\n\n') : standardText(about)
  return `${about.name} ${about.version}\n\n${text}`
}

/** The text of a licence that a package has by name only, with whose it is. */
function standardText({ name, license, author, repository }) {
  const path = new URL(`./licences/${license}.txt`, import.meta.url)
  const holder = author?.name ?? author ?? `the authors of ${name}`
  const place = repository?.url ?? repository
  const copyright = `Copyright (c) ${holder}${place ? ` (${place})` : ''}`
  const text = readFileSync(path, 'utf8').trim()
  return text.includes('{copyright}')
    ? text.replace('{copyright}', copyright)
    : `${copyright}\n\n${text}`
}
