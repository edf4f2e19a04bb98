import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CLIENT_FRAMES } from '../../src/protocol/client-frames.ts'
import type { ServerFrame } from '../../src/protocol/server-frames.ts'
import { Authenticator } from '../../src/server/auth/authenticator.ts'
import { createTokenVerifier } from '../../src/server/auth/token-verifier.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { SECRET, signToken } from '../support/tokens.ts'
import { WalkClient } from './walk-client.ts'

type FrameType = keyof typeof CLIENT_FRAMES

/** Ids that were never given out. */
const NEVER = 888_888

/** What names a chat, a message or a report → a frame that does so. */
const ABOUT: Partial<Record<FrameType, (ids: Ids) => object>> = {
  NEW_MESSAGE: ({ chat, user }) => ({ chat_id: chat, sender_id: user, content: 'let me in' }),
  NEW_SUPPORT_MESSAGE: ({ support, user }) => ({
    ...{ support_chat_id: support, sender_id: user, content: 'let me in' },
  }),
  EDIT: ({ message }) => ({ message_id: message, content: 'mine now' }),
  DELETE: ({ message }) => ({ message_id: message }),
  REACT: ({ message }) => ({ message_id: message, emoji: '👍' }),
  HISTORY: ({ chat }) => ({ chat_id: chat }),
  SEARCH: ({ chat }) => ({ text: 'secret', chat_id: chat }),
  CHANGE_CHAT: ({ chat }) => ({ chat_id: chat, title: 'mine' }),
  JOIN: ({ chat }) => ({ chat_id: chat }),
  LEAVE: ({ chat }) => ({ chat_id: chat }),
  ADD_MEMBERS: ({ chat, user }) => ({ chat_id: chat, users: [user] }),
  REMOVE_MEMBERS: ({ chat }) => ({ chat_id: chat, users: [1] }),
  SET_ROLE: ({ chat, user }) => ({ chat_id: chat, user, role: 'owner' }),
  MUTE: ({ chat }) => ({ chat_id: chat, user: 1, until: null }),
  BAN: ({ chat }) => ({ chat_id: chat, user: 1 }),
  UNBAN: ({ chat, user }) => ({ chat_id: chat, user }),
  REPORT: ({ message }) => ({ message_id: message, reason: 'show me' }),
  RESOLVE_REPORT: ({ report }) => ({ report_id: report, resolution: 'none' }),
  PIN: ({ message }) => ({ message_id: message, pinned: true }),
  CHAT_SETTINGS: ({ chat }) => ({ chat_id: chat, notify: 'none' }),
  FOLLOW: ({ message }) => ({ message_id: message, followed: true }),
  CHAT: ({ chat }) => ({ chat_id: chat }),
  MEMBERS: ({ chat }) => ({ chat_id: chat }),
  PINS: ({ chat }) => ({ chat_id: chat }),
}

/** What names a chat, and is answered with nothing to anyone. */
const SILENT: Partial<Record<FrameType, (ids: Ids) => object>> = {
  TYPING: ({ chat }) => ({ chat_id: chat, typing: true }),
  READ: ({ chat, message }) => ({ chat_id: chat, id: message }),
  DELIVERED: ({ chat, message }) => ({ chat_id: chat, id: message }),
}

/** What lists things, of which nothing may be in the answer. */
const LISTS: Partial<Record<FrameType, object>> = {
  CHATS: {},
  THREADS: {},
  REPORTS: { all: true },
  PUBLIC_CHATS: {},
  BLOCKED: {},
  PRESENCE: {},
  USERS: { ids: [1, 2] },
  SUBSCRIBE: { chats: [1] },
  SUPPORT_QUEUE: {},
}

/** What names no chat, and nothing that is in one. */
const ELSEWHERE: readonly FrameType[] = [
  ...(['ACTIVITY', 'PING', 'AUTH', 'PROFILE', 'BLOCK', 'UNBLOCK'] as const),
  ...(['CREATE_CHAT', 'DIRECT', 'SUPPORT_UPDATE'] as const),
]

interface Ids {
  readonly chat: number
  readonly support: number
  readonly message: number
  readonly report: number
  readonly user: number
}

const OWNER = 1
const MEMBER = 2
const ATTACKERS = {
  'a stranger': 11,
  'one who was removed': 12,
  'one who is banned from the chat': 13,
  'one who left': 14,
  'one whose grant has ended': 15,
} as const

let server: TestServer
let owner: WalkClient
let member: WalkClient
let real: Omit<Ids, 'user'>
const attackers = new Map<number, WalkClient>()

beforeAll(async () => {
  const verify = createTokenVerifier({ secret: SECRET })
  server = await startServer({
    access: 'members',
    database: 'sqlite',
    uploads: {},
    security: { authenticator: new Authenticator(verify) },
  })
  const connect = async (userId: number, claims: Record<string, unknown> = {}) =>
    WalkClient.open(server.url, userId, undefined, await signToken(`${userId}`, { claims }))
  owner = await connect(OWNER)
  member = await connect(MEMBER)
  const ended = ATTACKERS['one whose grant has ended']
  for (const userId of Object.values(ATTACKERS)) attackers.set(userId, await connect(userId))
  const ack = async (client: WalkClient, frame: object) => {
    const answer = await client.ask(frame)
    expect(answer, JSON.stringify(frame)).toMatchObject({ type: 'ACK' })
    return answer as Extract<ServerFrame, { type: 'ACK' }>
  }
  const members = [MEMBER, 12, 13, 14]
  const chat = (await ack(owner, { type: 'CREATE_CHAT', title: 'secret title', members })).id
  const write = { type: 'NEW_MESSAGE', chat_id: chat, sender_id: OWNER, content: 'secret word' }
  const message = (await ack(owner, write)).id
  await ack(owner, { type: 'REMOVE_MEMBERS', chat_id: chat, users: [12] })
  await ack(owner, { type: 'BAN', chat_id: chat, user: 13 })
  await ack(attackers.get(14)!, { type: 'LEAVE', chat_id: chat })
  // A grant ends with the token that takes its place.
  await attackers.get(ended)!.close()
  const granted = await connect(ended, { chats: { [chat]: 'member' } })
  await ack(granted, { ...write, sender_id: ended, content: 'by grant' })
  const answer = await granted.ask({ type: 'AUTH', token: await signToken(`${ended}`) })
  expect(answer).toMatchObject({ type: 'AUTHENTICATED' })
  attackers.set(ended, granted)
  const report = { type: 'REPORT', message_id: message, reason: 'secret reason' }
  await ack(member, report)
  const reports = await owner.ask({ type: 'REPORTS' })
  const reported = (reports as Extract<ServerFrame, { type: 'REPORTS' }>).reports[0]!
  const support = { type: 'NEW_SUPPORT_MESSAGE', support_chat_id: 5, sender_id: OWNER }
  await ack(owner, { ...support, content: 'secret trouble' })
  real = { chat, support: 5, message, report: reported.id }
  await settle()
})
afterAll(async () => {
  for (const client of [owner, member, ...attackers.values()]) await client.close()
  await server.close()
})

async function settle(): Promise<void> {
  for (const client of [owner, member, ...attackers.values()]) {
    await client.barrier()
    client.take()
  }
}

/** Whether a frame tells anything: an offset is only how far the log has come. */
function isTold({ type }: ServerFrame): boolean {
  return type !== 'PONG' && type !== 'OFFSET'
}

/** An answer without what differs between two that ought to be the same. */
function normal(answer: ServerFrame, ids: readonly number[]): string {
  const { ref: _ref, client_id: _id, ...rest } = answer as unknown as Record<string, unknown>
  return ids.reduce(
    (text, id) => text.replaceAll(new RegExp(`\\b${id}\\b`, 'g'), '#'),
    JSON.stringify(rest),
  )
}

it('every frame that a client may send is tried, or names no chat', () => {
  const tried = [ABOUT, SILENT, LISTS].flatMap((table) => Object.keys(table))
  expect([...tried, ...ELSEWHERE].sort()).toEqual(Object.keys(CLIENT_FRAMES).sort())
})

describe.each(Object.entries(ATTACKERS))('%s', (_who, user) => {
  it.each(Object.entries(ABOUT))(
    'is told by %s what is told of what never was',
    async (type, make) => {
      const client = attackers.get(user)!
      const ids = { ...real, user }
      const never = { chat: NEVER, support: NEVER, message: NEVER, report: NEVER, user }
      const answer = await client.ask({ type, ...make(ids) })
      // The first message to a support chat that never was would open it.
      if (type !== 'NEW_SUPPORT_MESSAGE') {
        const toNever = await client.ask({ type, ...make(never) })
        expect(normal(answer, Object.values(real))).toBe(normal(toNever, [NEVER]))
      }
      expect(answer).toMatchObject({ type: 'ERROR', code: 'NOT_FOUND' })
      await owner.barrier()
      await member.barrier()
      expect([...owner.take(), ...member.take()].filter(isTold)).toEqual([])
    },
  )

  it.each(Object.entries(SILENT))('does nothing with %s', async (type, make) => {
    const client = attackers.get(user)!
    client.send({ type, ...make({ ...real, user }) })
    await client.barrier()
    await owner.barrier()
    const heard = [...client.take(), ...owner.take()]
    expect(heard.filter((frame) => isTold(frame) && frame.type !== 'ERROR')).toEqual([])
  })

  it.each(Object.entries(LISTS))('finds nothing of the chat by %s', async (type, frame) => {
    const client = attackers.get(user)!
    const answer = JSON.stringify(await client.ask({ type, ...frame }))
    expect(answer).not.toContain('secret')
    if (type !== 'SUBSCRIBE') expect(answer).not.toMatch(new RegExp(`"chat_id":${real.chat}\\b`))
  })

  it('hears nothing of it, and finds nothing by searching everywhere', async () => {
    const client = attackers.get(user)!
    const found = await client.ask({ type: 'SEARCH', text: 'secret' })
    expect(found).toMatchObject({ type: 'SEARCH', results: [] })
    await client.barrier()
    client.take()
    const send = { type: 'NEW_MESSAGE', chat_id: real.chat, sender_id: OWNER, content: 'secret' }
    await owner.ask(send)
    owner.send({ type: 'TYPING', chat_id: real.chat, typing: true })
    owner.send({ type: 'READ', chat_id: real.chat, id: real.message })
    await owner.ask({ type: 'PROFILE', name: `secret ${user}` })
    await owner.barrier()
    await client.barrier()
    expect(client.take().filter(isTold)).toEqual([])
    await settle()
  })

  it.each([
    ['a chat', () => `/api/chats/${real.chat}/messages`, `/api/chats/${NEVER}/messages`],
    [
      'a support chat',
      () => '/api/support-chats/5/messages',
      `/api/support-chats/${NEVER}/messages`,
    ],
  ])('is told by HTTP of %s what is told of one that never was', async (_what, path, never) => {
    const authorization = `Bearer ${await signToken(`${user}`)}`
    const get = async (route: string) => {
      const response = await fetch(`http://127.0.0.1:${server.port}${route}`, {
        headers: { authorization },
      })
      return { status: response.status, body: await response.text() }
    }
    const answer = await get(path())
    const other = await get(never)
    expect(answer.status).toBe(404)
    expect(answer.body.replaceAll(/\d+/g, '#')).toBe(other.body.replaceAll(/\d+/g, '#'))
  })
})
