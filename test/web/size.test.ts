import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { isWebBuilt } from './app-browser.ts'

const BUILT = new URL('../../dist/web/', import.meta.url)

/** What the page names itself: all of it is there before the first message is. */
function namedFiles(ending: string): string[] {
  const page = readFileSync(new URL('index.html', BUILT), 'utf8')
  return [...page.matchAll(/(?:src|href)="\.\/([^"]+)"/g)]
    .map(([, path]) => path!)
    .filter((path) => path.endsWith(ending))
}

function packedBytes(files: readonly string[]): number {
  const sizes = files.map(
    (file) => gzipSync(readFileSync(new URL(file, BUILT)), { level: 9 }).length,
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}

describe.skipIf(!isWebBuilt)('what the page loads first', () => {
  it('is at most 110 kB of JavaScript and 10 kB of CSS, packed', () => {
    expect(namedFiles('.js').length).toBeGreaterThan(0)
    expect(packedBytes(namedFiles('.js'))).toBeLessThanOrEqual(110_000)
    expect(packedBytes(namedFiles('.css'))).toBeLessThanOrEqual(10_000)
  })

  it('has no script in it, and asks nobody else', () => {
    const page = readFileSync(new URL('index.html', BUILT), 'utf8')
    expect(page).not.toMatch(/<script(?![^>]*\ssrc=)/)
    expect(page).not.toMatch(/<style|\sstyle=|\son\w+=/)
    expect(page).not.toMatch(/(?:src|href)="(?:https?:)?\/\//)
  })
})
