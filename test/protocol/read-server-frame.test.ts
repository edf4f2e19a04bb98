import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readServerFrame } from '../../src/protocol/read-server-frame.ts'
import { ServerFrame } from '../../src/protocol/server-frames.ts'
import { readExamples } from '../integration/document-examples.ts'

const DOCUMENT = new URL('../../docs/protocol.md', import.meta.url)

type Frame = Record<string, unknown> & { type: string }

/** One frame of each type that a server sends, as the document shows them; with all that is optional. */
const SAMPLES: readonly Frame[] = readExamples(readFileSync(DOCUMENT, 'utf8'))
  .flatMap((one) =>
    one.type === 'got' || (one.type === 'elsewhere' && !('user' in one)) ? one.frames : [],
  )
  .filter((frame): frame is Frame => ServerFrame.safeParse(frame).success)

const WRONG: readonly unknown[] = [
  ...[null, {}, [], '', 'x', -1, 1.5, true, [null], [{}], { length: 1e9 }, 2 ** 60],
]

describe('readServerFrame', () => {
  it('has a sample of each type to try', () => {
    const types = new Set(SAMPLES.map(({ type }) => type))
    expect(types.size).toBeGreaterThan(20)
  })

  it.each(SAMPLES.map((frame) => [frame.type, frame] as const))('reads %s', (_type, frame) => {
    expect(readServerFrame(JSON.stringify(frame))).toEqual(frame)
  })

  it('lets through nothing that the schema would not, in any key of any frame', () => {
    let tried = 0
    for (const frame of SAMPLES)
      for (const path of pathsOf(frame))
        for (const value of [undefined, ...WRONG]) {
          const altered = replaced(frame, path, value)
          if (ServerFrame.safeParse(altered).success) continue
          // What is only shown, never followed, may be any text or number.
          if (isHarmless(path, value)) continue
          tried += 1
          const read = readServerFrame(JSON.stringify(altered))
          expect(read, `${path.join('.')} = ${JSON.stringify(value)}`).toBeUndefined()
        }
    expect(tried).toBeGreaterThan(1_000)
  })

  it('lets all that the schema lets through', () => {
    for (const frame of SAMPLES)
      for (const path of pathsOf(frame))
        for (const value of [undefined, ...WRONG]) {
          const altered = replaced(frame, path, value)
          if (!ServerFrame.safeParse(altered).success) continue
          expect(readServerFrame(JSON.stringify(altered))).toBeDefined()
        }
  })

  it('passes a type of a newer server, and nothing that is no frame', () => {
    expect(readServerFrame('{"type":"NEW_IN_2030","a":1}')).toEqual({ type: 'NEW_IN_2030', a: 1 })
    for (const text of ['', 'null', '1', '[]', '{}', '{"type":1}', '{"type":"__proto__"}', '{'])
      expect(readServerFrame(text)?.type ?? undefined).toBe(
        text.includes('__proto__') ? '__proto__' : undefined,
      )
  })

  it('throws at nothing', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string(), fc.anything()), (data) => {
        readServerFrame(data)
      }),
    )
  })
})

type Path = readonly (string | number)[]

/** The keys of a value, also those inside it. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => {
    const own = [...path, Array.isArray(value) ? Number(key) : key]
    return own[0] === 'type' ? [] : [own, ...pathsOf(inner, own)]
  })
}

/** A copy in which one value is another, or is gone. */
function replaced(frame: Frame, path: Path, value: unknown): unknown {
  const copy = structuredClone(frame) as Record<string | number, unknown>
  let place = copy
  for (const key of path.slice(0, -1)) place = place[key] as typeof copy
  if (value === undefined) delete place[path.at(-1)!]
  else place[path.at(-1)!] = value
  return copy
}

const NUMBERS = new Set([
  'protocol',
  'waiting_seconds',
  'maxMessageBytes',
  'maxContentLength',
  'retry_after_ms',
  'messageBurst',
])
const TEXTS = new Set(['state', 'status', 'code'])

function isHarmless(path: Path, value: unknown): boolean {
  const key = String(path.at(-1))
  return (
    (NUMBERS.has(key) && typeof value === 'number') ||
    (TEXTS.has(key) && typeof value === 'string') ||
    key === 'serverTime'
  )
}
