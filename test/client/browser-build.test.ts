import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { bundleClient } from './bundle-client.ts'

const DIST = new URL('../../dist/client/', import.meta.url)

/** The modules that a built module loads, all together, by URL or bare name. */
function loadedBy(url: URL, seen = new Set<string>()): Set<string> {
  if (seen.has(url.href)) return seen
  seen.add(url.href)
  const source = readFileSync(url, 'utf8')
  for (const [, name] of source.matchAll(/^(?:import|export)\b[^'";]*?from '([^']+)'/gm)) {
    if (name!.startsWith('.')) loadedBy(new URL(name!, url), seen)
    else seen.add(name!)
  }
  return seen
}

it('the client for browsers loads nothing from outside the package', () => {
  const loaded = [...loadedBy(new URL('browser.js', DIST))]
  expect(loaded.length).toBeGreaterThan(4)
  expect(loaded.filter((name) => !name.startsWith('file:'))).toEqual([])
})

it('the same look finds what the client for Node loads', () => {
  expect([...loadedBy(new URL('node.js', DIST))]).toContain('ws')
})

it.each([
  ['{ createChatClient }', 14],
  ['{ createChatClient, Conversation }', 19],
])('an app that takes %s loads no more than %d KB of it, packed', async (names, most) => {
  const files = await bundleClient(names, true)
  const packed = files
    .filter(({ isFirst }) => isFirst)
    .map(({ code }) => gzipSync(code, { level: 9 }).length)
  expect(packed.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(most * 1_000)
  // Most send no files.
  expect(files.filter(({ isFirst }) => !isFirst).map(({ name }) => name)).toEqual(['uploads.js'])
})
