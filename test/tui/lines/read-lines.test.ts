import { Readable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readLines } from '../../../src/tui/lines/read-lines.ts'

async function read(chunks: Uint8Array[], maxLength = 1_000): Promise<(string | undefined)[]> {
  const texts: (string | undefined)[] = []
  for await (const { number, text } of readLines(Readable.from(chunks), maxLength)) {
    texts.push(text)
    expect(number).toBe(texts.length)
  }
  return texts
}

const readText = (text: string, maxLength?: number) => read([Buffer.from(text)], maxLength)

describe('readLines', () => {
  it('the lines do not depend on how the bytes are cut into chunks', async () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'é', '世', '👍', ' ') })
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.integer({ min: 1, max: 9 }), async (lines, size) => {
        const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''))
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
          bytes.subarray(index * size, (index + 1) * size),
        )
        expect(await read(chunks)).toEqual(lines)
      }),
    )
  })

  it('the last line needs no line end', async () => {
    expect(await readText('one\ntwo')).toEqual(['one', 'two'])
  })

  it('CR LF ends a line, and a byte order mark is no part of the first', async () => {
    expect(await readText('\ufeffone\r\ntwo\r\n')).toEqual(['one', 'two'])
  })

  it('a line that is too long is told as such, and the next one is read', async () => {
    const long = Buffer.from('x'.repeat(25))
    expect(await read([long, long, Buffer.from('\nshort\n')], 20)).toEqual([undefined, 'short'])
    expect(await readText(`${'x'.repeat(21)}\nshort`, 20)).toEqual([undefined, 'short'])
    expect(await readText('x'.repeat(21), 20)).toEqual([undefined])
  })
})
