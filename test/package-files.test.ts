import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const SOURCE_FOLDER = new URL('../src/', import.meta.url).pathname

/** `../…` from the place of a module that looks for a file of the package. */
const FROM_ITS_PLACE = /new URL\(\s*['"`]((?:\.\.\/)+)[^'"`]*['"`],\s*import\.meta\.url/g

it('files of the package are found the same way from the sources and from the bundle', () => {
  const looked = readdirSync(SOURCE_FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(tsx?|mjs)$/.test(file) && !file.startsWith('storage/generated/'))
    .flatMap((file) =>
      [...readFileSync(SOURCE_FOLDER + file, 'utf8').matchAll(FROM_ITS_PLACE)].map(([, up]) => ({
        file,
        up,
      })),
    )
  expect(looked.length).toBeGreaterThan(3)
  // The bundle is in dist/bundle: two folders up is the root only from src/<folder>/<file>.
  const elsewhere = looked.filter(({ file, up }) => file.split('/').length !== 2 || up !== '../../')
  expect(elsewhere).toEqual([])
})
