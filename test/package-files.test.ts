import { readdirSync, readFileSync, statSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { isBuilt } from './support/program.ts'

const SOURCE_FOLDER = new URL('../src/', import.meta.url).pathname

/** `../…` from the place of a module that looks for a file of the package. */
const FROM_ITS_PLACE = /new URL\(\s*['"`]((?:\.\.\/)+)[^'"`]*['"`],\s*import\.meta\.url/g

it('files of the package are found the same way from the sources and from the bundle', () => {
  const looked = readdirSync(SOURCE_FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(tsx?|mjs)$/.test(file) && !file.startsWith('storage/generated/'))
    // Built by Vite, and part of the build: it is in no bundle for Node.
    .filter((file) => !file.startsWith('web/'))
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

describe('the package', () => {
  const root = new URL('../', import.meta.url)
  const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'))

  it('runs nothing where it is installed, and npm has nothing to warn of', () => {
    const ofInstalled = ['preinstall', 'install', 'postinstall', 'prepare']
    expect(Object.keys(manifest.scripts).filter((name) => ofInstalled.includes(name))).toEqual([])
  })

  it('has the client of the platform for every platform but Node', () => {
    const { types: _, ...conditions } = manifest.exports['./client']
    const { node, ...others } = conditions
    expect(node).toMatch(/node\.js$/)
    expect(Object.keys(others)).toEqual(
      expect.arrayContaining(['browser', 'worker', 'workerd', 'react-native', 'deno', 'bun']),
    )
    // Deno and Bun say `node` too: the first condition that holds decides.
    expect(Object.keys(conditions).indexOf('node')).toBe(Object.keys(conditions).length - 2)
    expect(new Set(Object.values(others))).toEqual(new Set(['./dist/client/browser.js']))
  })

  it.skipIf(!isBuilt)('brings no more than it did', () => {
    const folders = ['dist/bundle', 'dist/client', 'dist/protocol']
    const sizes = folders.flatMap((folder) =>
      readdirSync(new URL(`${folder}/`, root), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => statSync(`${parentPath}/${name}`).size),
    )
    const megabytes = sizes.reduce((sum, size) => sum + size, 0) / 1e6
    // Chats with members brought the last half of a megabyte; serving the web app, and the thread that
    // searches, the last tenth.
    expect(megabytes).toBeLessThan(9.75)
    expect(Object.keys(manifest.dependencies)).toEqual([
      ...['https-proxy-agent', 'proxy-from-env', 'ws'],
    ])
  })
})
