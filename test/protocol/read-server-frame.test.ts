import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readServerFrame } from '../../src/protocol/read-server-frame.ts'
import { ServerFrame } from '../../src/protocol/server-frames.ts'
import { readExamples } from '../integration/document-examples.ts'

const DOCUMENTS = ['protocol', 'members'].map((name) =>
  readFileSync(new URL(`../../docs/${name}.md`, import.meta.url), 'utf8'),
)

type Frame = Record<string, unknown> & { type: string }

const at = '2024-01-01T12:00:00.000Z'
const said = { id: 1, sender_id: 2, content: 'x', created_at: at, offset: 1 }
const reported = { chat_id: 1, message_id: 1, sender_id: 2, reporter: 3, reason: 'x', content: 'x' }
const resolved = { resolution: 'x', resolved_by: 1, resolved_at: at }
const replies = { count: 1, last_id: 2, last_at: at }
const secret = { chat_id: 2, visibility: 'private', history: 'since_join', direct: [1, 3] }

/** What the documents leave out because it is optional. */
const MORE: readonly Frame[] = [
  {
    ...{ type: 'CHAT', member: { user: 1, role: 'owner', muted_until: at } },
    chat: { ...secret, retention: 60, title: 'x', created_by: 1, members: 2 },
  },
  { type: 'REPORTED', report: { id: 1, ...reported, created_at: at, ...resolved }, offset: 1 },
  {
    ...{ type: 'HISTORY', support_chat_id: 1, has_more: true, thread: 1 },
    messages: [{ ...said, support_chat_id: 1, thread: 3, mentions: [1], replies }],
  },
  {
    type: 'CHATS',
    chats: [
      {
        ...{ chat_id: 1, unread: 2, mentions: 1, delivered: 0, read: 0, title: 'x', direct: 3 },
        ...{ role: 'member', members: 2, notify: 'none', last_message: { ...said, chat_id: 1 } },
      },
    ],
  },
  {
    type: 'MESSAGE_DELETED',
    payload: { id: 1, chat_id: 1, sender_id: 2, deleted_at: at, by: 3, offset: 1 },
  },
]

/** One frame of each type that a server sends, as the documents show them; with all that is optional. */
const SAMPLES: readonly Frame[] = DOCUMENTS.flatMap(readExamples)
  .flatMap((one) => (one.type === 'got' || one.type === 'elsewhere' ? one.frames : []))
  .concat(MORE)
  .filter((frame): frame is Frame => ServerFrame.safeParse(frame).success)

const WRONG: readonly unknown[] = [
  ...[null, {}, [], '', 'x', -1, 1.5, true, [null], [{}], { length: 1e9 }, 2 ** 60],
]

describe('readServerFrame', () => {
  it('has a sample of each type to try', () => {
    const types = new Set(SAMPLES.map(({ type }) => type))
    expect(types.size).toBeGreaterThan(40)
    expect(SAMPLES).toEqual(expect.arrayContaining([...MORE]))
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
const TEXTS = new Set([
  ...['state', 'status', 'code', 'access', 'role', 'visibility', 'history', 'act', 'notify'],
])

function isHarmless(path: Path, value: unknown): boolean {
  const key = String(path.at(-1))
  return (
    (NUMBERS.has(key) && typeof value === 'number') ||
    (TEXTS.has(key) && typeof value === 'string') ||
    key === 'serverTime'
  )
}
