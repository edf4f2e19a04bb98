import { createClient } from '@libsql/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ACCESS_FRAMES } from '../../src/protocol/access-frames.ts'
import type { ACCESS_QUESTIONS } from '../../src/protocol/access-questions.ts'
import { CLIENT_FRAMES, type ClientFrames, LOG_FRAMES } from '../../src/protocol/client-frames.ts'
import { QUESTIONS } from '../../src/protocol/questions.ts'
import { sqliteFileUrl } from '../../src/storage/sqlite/raw-connection.ts'
import type { Store } from '../../src/storage/store.ts'
import { newEntry } from '../storage/new-entry.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { WireClient } from '../support/wire-client.ts'
import { ReadCounter } from './read-counter.ts'

/** What one turn of the event loop may read of the database, whatever is asked. */
const MAX_ROWS = 1_100
const MAX_CHARACTERS = 2_000_000

const NOW = '2024-01-01T12:00:00.000Z'
const LONG = 'x'.repeat(60_000)
const LONG_CHATS = 120
/** A chat of many messages, one of messages with many reactions, and the first of many chats of one message. */
const MANY = 500
const REACTED = 501
const SINGLE = 1_000
const SINGLES = 2_500

const nameOf = (i: number) => `long ${i}`

const times = <T>(count: number, of: (i: number) => T) =>
  Array.from({ length: count }, (_, i) => of(i))

const sent = { sender_id: 1, content: LONG }
const ids = times(1_000, (i) => Number.MAX_SAFE_INTEGER - i)

/** A type of frame that is about members, names or moderation. */
type AccessType = keyof typeof ACCESS_FRAMES | keyof typeof ACCESS_QUESTIONS
type FramesOf<Types extends string> = { readonly [Type in Types]: readonly object[] }

/** Type → frames of it that are sent at once, each in the form that finds most. */
const FRAMES: FramesOf<Exclude<keyof ClientFrames, AccessType>> = {
  NEW_MESSAGE: [
    ...times(40, () => ({ chat_id: 1, ...sent })),
    ...times(LONG_CHATS, (i) => ({ chat_id: 1, ...sent, content: 'again', client_id: nameOf(i) })),
  ],
  NEW_SUPPORT_MESSAGE: times(40, () => ({ support_chat_id: 1, ...sent })),
  EDIT: [
    ...times(100, (i) => ({ message_id: i + 1, content: `${i}${LONG}` })),
    ...times(100, (i) => ({ message_id: i + 1, content: `short ${i}` })),
    ...times(100, (i) => ({ message_id: i + 1, content: LONG })),
  ],
  REACT: times(100, (i) => ({ message_id: i + 1, emoji: '👍' })),
  SUPPORT_UPDATE: times(100, (i) => ({ support_chat_id: i + 1, assignee: 1 })),
  DELIVERED: times(3_000, (i) => ({ chat_id: SINGLE + i, id: 9_999 })),
  READ: times(3_000, (i) => ({ chat_id: SINGLE + i, id: 9_999 })),
  TYPING: times(1_000, (i) => ({ chat_id: i + 1, typing: true })),
  ACTIVITY: times(1_000, (i) => ({ state: i % 2 ? 'idle' : 'active' })),
  PING: times(1_000, (t) => ({ t })),
  AUTH: times(10, () => ({ token: 'x'.repeat(8_000) })),
  PRESENCE: times(10, () => ({})),
  SUBSCRIBE: [...times(50, () => ({ chats: ids, support_chats: ids })), {}],
  HISTORY: [
    ...times(3, () => ({ chat_id: MANY, limit: 1_000 })),
    ...times(3, () => ({ support_chat_id: 1, limit: 1_000 })),
    ...times(3, () => ({ chat_id: REACTED, limit: 1_000 })),
  ],
  CHATS: times(3, () => ({})),
  SEARCH: [
    { text: 'word', limit: 100 },
    { text: 'word nowhere' },
    { text: 'a b c d e f g h i j k l m n o p' },
    { text: 'x', limit: 100 },
  ],
  SUPPORT_QUEUE: times(3, () => ({})),
  DELETE: times(100, (i) => ({ message_id: i + 1 })),
}

/** Chats with members: those of user 1, and those of user 2 in which user 1 is, too. */
const OWN = 100
const USERS = times(100, (i) => i + 2)

/** The same where chats have members; they are tried in this order. */
const MEMBERS_FRAMES: FramesOf<AccessType> = {
  CHAT: times(20, (i) => ({ chat_id: i + 1 })),
  MEMBERS: times(20, (i) => ({ chat_id: i + 1, limit: 100 })),
  PUBLIC_CHATS: [...times(5, () => ({ limit: 100 })), { text: 'nowhere' }, { text: 'chat' }],
  USERS: times(20, () => ({ ids: USERS })),
  REPORT: times(60, (i) => ({ message_id: i + 1, reason: LONG.slice(0, 500) })),
  REPORTS: times(5, () => ({ limit: 100 })),
  RESOLVE_REPORT: times(60, (i) => ({ report_id: i + 1, resolution: 'done' })),
  PIN: times(60, (i) => ({ message_id: i + 1, pinned: true })),
  PINS: times(5, () => ({ chat_id: 1 })),
  FOLLOW: times(60, (i) => ({ message_id: i + 1, followed: true })),
  THREADS: times(3, () => ({})),
  CHAT_SETTINGS: times(100, (i) => ({ chat_id: i + 1, notify: 'none' })),
  PROFILE: times(100, (i) => ({ name: `name ${i}` })),
  BLOCK: USERS.map((user) => ({ user })),
  BLOCKED: times(20, () => ({})),
  UNBLOCK: USERS.map((user) => ({ user })),
  DIRECT: USERS.map((user) => ({ user })),
  CREATE_CHAT: times(30, () => ({ title: 'more', members: USERS })),
  CHANGE_CHAT: times(OWN, (i) => ({ chat_id: i + 1, title: `title ${i}` })),
  SET_ROLE: USERS.slice(0, 90).map((user) => ({ chat_id: 1, user, role: 'reader' })),
  MUTE: USERS.slice(0, 90).map((user) => ({ chat_id: 1, user, until: '2199-01-01T00:00:00.000Z' })),
  BAN: USERS.slice(0, 90).map((user) => ({ chat_id: 1, user })),
  UNBAN: USERS.slice(0, 90).map((user) => ({ chat_id: 1, user })),
  REMOVE_MEMBERS: times(30, (i) => ({ chat_id: i + 2, users: USERS.slice(0, 90) })),
  ADD_MEMBERS: times(30, (i) => ({ chat_id: i + 2, users: USERS.slice(0, 90) })),
  LEAVE: times(OWN, (i) => ({ chat_id: OWN + i + 1 })),
  JOIN: times(OWN, (i) => ({ chat_id: OWN + i + 1 })),
}

let counter: ReadCounter
let server: TestServer
let client: WireClient
beforeAll(async () => {
  counter = new ReadCounter()
  server = await startServer({ agents: [1], database: 'sqlite', fillStore: fill })
  client = await WireClient.connect(server.url, 1)
})
afterAll(async () => {
  await client.close()
  await server.close()
  counter.restore()
})

/** The first one of a user of its own, of an emoji of its own. */
function reaction(messageId: number, i: number) {
  const about = { type: 'reaction', kind: 'chat', messageId, clientId: undefined } as const
  return { ...about, senderId: 1_000 + i, emoji: String.fromCodePoint(0x1f300 + i), removed: false }
}

async function fill(store: Store): Promise<void> {
  const long = { content: LONG, senderId: 1 }
  const append = (count: number, of: (i: number) => Parameters<typeof newEntry>[0]) =>
    store.append(
      times(count, (i) => newEntry(of(i))),
      NOW,
    )
  await append(LONG_CHATS, (i) => ({ chatId: i + 1, ...long, clientId: nameOf(i) }))
  await append(LONG_CHATS, (i) => ({ kind: 'support', chatId: i + 1, ...long }))
  await append(LONG_CHATS, () => ({ kind: 'support', chatId: 1, ...long }))
  await append(3_000, (i) => ({ chatId: MANY, senderId: 1 + (i % 2), content: `word ${i}` }))
  await append(SINGLES, (i) => ({ chatId: SINGLE + i, senderId: 2 }))
  const reacted = await append(10, () => ({ chatId: REACTED, senderId: 2 }))
  const ids = reacted.map((outcome) => ('entry' in outcome ? outcome.entry.id : 0))
  await store.append(
    times(1_000, (i) => ids.map((messageId) => reaction(messageId, i))).flat(),
    NOW,
  )
  await store.cursors.advance(
    [...times(LONG_CHATS, (i) => i + 1), MANY, ...times(SINGLES, (i) => SINGLE + i)].map(
      (chatId) => ({ userId: 1, kind: 'chat', chatId, delivered: 0, read: 0 }),
    ),
  )
}

const OPEN_CASES = Object.entries(FRAMES) as [keyof ClientFrames, readonly object[]][]
test.each(OPEN_CASES)(
  'no turn reads much of the database for %s, and whoever sends it stays connected',
  // Behind NEW_MESSAGE the answer to CHATS took 30 s where all tests ran at once, never alone.
  { retry: 1 },
  (type, frames) => expectBounded(client, type, frames),
)

describe('where chats have members', () => {
  let withMembers: TestServer
  let member: WireClient
  beforeAll(async () => {
    withMembers = await startServer({ access: 'members', database: 'sqlite', fillStore: fillChats })
    member = await WireClient.connect(withMembers.url, 1)
  })
  afterAll(async () => {
    await member.close()
    await withMembers.close()
  })

  const cases = Object.entries(MEMBERS_FRAMES) as [keyof ClientFrames, readonly object[]][]
  test.each(cases)(
    'no turn reads much of the database for %s, and whoever sends it stays connected',
    (type, frames) => expectBounded(member, type, frames),
  )
})

async function fillChats(store: Store): Promise<void> {
  const authority = { isAgent: false, isAdmin: false, granted: new Map() }
  for (const [senderId, other] of [
    [1, 2],
    [2, 1],
  ] as const)
    for (let i = 0; i < OWN; i += 1) {
      const change = { title: `chat ${i}`, visibility: 'public' } as const
      const members = [other, ...USERS.slice(1)]
      const made = {
        type: 'chat',
        chatId: undefined,
        change,
        members,
        directWith: undefined,
      } as const
      await store.append([{ ...made, senderId, clientId: undefined, authority }], NOW)
    }
  const users = USERS.map((userId) => ({
    ...({ type: 'user', userId, name: 'n'.repeat(64), avatar: undefined } as const),
    ...{ senderId: userId, clientId: undefined, authority },
  }))
  await store.append(users, NOW)
  const messages = times(60, () => ({
    ...newEntry({ chatId: 1, senderId: 2, content: LONG }),
    authority,
  }))
  await store.append(messages, NOW)
}

async function expectBounded(
  client: WireClient,
  type: keyof ClientFrames,
  frames: readonly object[],
): Promise<void> {
  client.frames.length = 0
  counter.reset()
  const isLogged = type in LOG_FRAMES
  for (const [i, frame] of frames.entries())
    client.send({ type, ...(isLogged ? { client_id: `${type} ${i}` } : {}), ...frame })
  if (isLogged) await client.next('ACK', frames.length)
  else if (type in QUESTIONS) await client.next(answerTo(type), frames.length)
  client.send({ type: 'CHATS', client_id: 'last' })
  await client.next('CHATS', type === 'CHATS' ? frames.length + 1 : 1)
  expect(client.all('ERROR').filter(({ code }) => code !== 'FORBIDDEN')).toEqual([])
  expect(client.socket.readyState).toBe(client.socket.OPEN)
  expect(counter.mostRows).toBeLessThanOrEqual(MAX_ROWS)
  expect(counter.mostBytes).toBeLessThanOrEqual(MAX_CHARACTERS)
}

function answerTo(type: keyof ClientFrames) {
  return type === 'SUBSCRIBE' ? 'SUBSCRIBED' : (type as 'HISTORY')
}

test.each(['CHATS', 'SUPPORT_QUEUE'] as const)(
  '%s neither looks through tables nor sorts what it does not tell',
  async (type) => {
    client.frames.length = 0
    counter.reset()
    client.send({ type })
    await client.next(type)
    const asked = [...counter.statements].filter((sql) => sql.includes('SELECT'))
    expect(asked.length).toBeGreaterThan(2)
    for (const sql of asked) {
      const plan = await explain(sql)
      expect(plan.filter((step) => /^SCAN [mlucs]\b/.test(step))).toEqual([])
      // Those of one step that are told are sorted.
      const sorts = plan.filter((step) => step.includes('TEMP B-TREE'))
      expect(sorts).toHaveLength(plan.includes('SCAN seen') ? 1 : 0)
      if (!sql.includes('unread')) continue
      expect(plan.filter((step) => / u /.test(step))).toEqual([
        expect.stringMatching(/USING INDEX .*chat_id=\? AND (id|rowid)>\?/),
      ])
    }
  },
)

/** How SQLite goes about a statement: the steps of its plan. */
async function explain(sql: string): Promise<string[]> {
  const database = createClient({ url: sqliteFileUrl(server.databasePath) })
  try {
    const { rows } = await database.execute({ sql: `EXPLAIN QUERY PLAN ${sql}`, args: [] })
    return rows.map(({ detail }) => String(detail))
  } finally {
    database.close()
  }
}

test('every frame that clients may send is among these', () => {
  const tried = [...Object.keys(FRAMES), ...Object.keys(MEMBERS_FRAMES)]
  expect(tried.sort()).toEqual(Object.keys(CLIENT_FRAMES).sort())
})
