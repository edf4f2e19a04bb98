import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CLIENT_FRAMES } from '../../src/protocol/client-frames.ts'
import type { ServerFrame } from '../../src/protocol/server-frames.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { WalkClient } from './walk-client.ts'

type FrameType = keyof typeof CLIENT_FRAMES

const [BLOCKER, BLOCKED, FRIEND] = [1, 2, 3]

/** Where the two are: in a group with a friend and in a direct chat; the blocked one has a chat alone. */
interface Places {
  readonly group: number
  readonly direct: number
  readonly own: number
  /** What each of the two wrote in the direct chat before the block. */
  readonly theirs: number
  readonly mine: number
}

/** What the blocked one sends to reach the blocker by a chat of the two, or by a new one. */
const REACHES: Partial<Record<FrameType, (at: Places) => object>> = {
  CREATE_CHAT: () => ({ title: 'You again', members: [FRIEND, BLOCKER] }),
  DIRECT: () => ({ user: BLOCKER }),
  ADD_MEMBERS: ({ own }) => ({ chat_id: own, users: [BLOCKER] }),
  NEW_MESSAGE: ({ direct }) => ({ chat_id: direct, sender_id: BLOCKED, content: 'answer me' }),
  EDIT: ({ mine }) => ({ message_id: mine, content: 'answer me' }),
  REACT: ({ theirs }) => ({ message_id: theirs, emoji: '👎' }),
  PIN: ({ mine }) => ({ message_id: mine, pinned: true }),
  CHANGE_CHAT: ({ direct }) => ({ chat_id: direct, title: 'answer me' }),
  SET_ROLE: ({ direct }) => ({ chat_id: direct, user: BLOCKER, role: 'reader' }),
  MUTE: ({ direct }) => ({ chat_id: direct, user: BLOCKER, until: '2999-01-01T00:00:00.000Z' }),
  BAN: ({ direct }) => ({ chat_id: direct, user: BLOCKER, reason: 'answer me' }),
  UNBAN: ({ direct }) => ({ chat_id: direct, user: BLOCKER }),
  REMOVE_MEMBERS: ({ direct }) => ({ chat_id: direct, users: [BLOCKER] }),
  JOIN: ({ direct }) => ({ chat_id: direct }),
  LEAVE: ({ direct }) => ({ chat_id: direct }),
  REPORT: ({ theirs }) => ({ message_id: theirs, reason: 'answer me' }),
  CHAT_SETTINGS: ({ direct }) => ({ chat_id: direct, notify: 'none' }),
  FOLLOW: ({ theirs }) => ({ message_id: theirs, followed: true }),
  TYPING: ({ direct }) => ({ chat_id: direct, typing: true }),
  READ: ({ direct, theirs }) => ({ chat_id: direct, id: theirs }),
  DELIVERED: ({ direct, theirs }) => ({ chat_id: direct, id: theirs }),
}

/** What is about nobody else, is asked, or is told to those who share another chat. */
const ELSEWHERE: readonly FrameType[] = [
  ...(['NEW_SUPPORT_MESSAGE', 'SUPPORT_UPDATE', 'SUPPORT_QUEUE', 'RESOLVE_REPORT'] as const),
  ...(['PING', 'AUTH', 'SUBSCRIBE', 'HISTORY', 'CHATS', 'SEARCH', 'CHAT', 'PINS'] as const),
  ...(['PUBLIC_CHATS', 'BLOCKED', 'THREADS', 'REPORTS', 'USERS', 'MEMBERS'] as const),
  ...(['PRESENCE', 'ACTIVITY', 'PROFILE', 'DELETE', 'BLOCK', 'UNBLOCK'] as const),
]

let server: TestServer
let at: Places
const clients = new Map<number, WalkClient>()
const client = (userId: number) => clients.get(userId)!

beforeAll(async () => {
  server = await startServer({ access: 'members', database: 'sqlite' })
  for (const userId of [BLOCKER, BLOCKED, FRIEND])
    clients.set(userId, await WalkClient.open(server.url, userId))
  const group = await ack(FRIEND, { type: 'CREATE_CHAT', members: [BLOCKER, BLOCKED] })
  const own = await ack(BLOCKED, { type: 'CREATE_CHAT' })
  const direct = await ack(BLOCKER, { type: 'DIRECT', user: BLOCKED })
  const write = (userId: number) =>
    ack(userId, { type: 'NEW_MESSAGE', chat_id: direct, sender_id: userId, content: 'hello' })
  at = { group, own, direct, theirs: await write(BLOCKER), mine: await write(BLOCKED) }
  await ack(BLOCKER, { type: 'PROFILE', name: 'Known before' })
  await settle()
  await ack(BLOCKER, { type: 'BLOCK', user: BLOCKED })
})
afterAll(async () => {
  for (const one of clients.values()) await one.close()
  await server.close()
})

async function ack(userId: number, frame: object): Promise<number> {
  const answer = await client(userId).ask(frame)
  expect(answer, JSON.stringify(frame)).toMatchObject({ type: 'ACK' })
  return (answer as Extract<ServerFrame, { type: 'ACK' }>).id
}

async function settle(): Promise<void> {
  for (const one of clients.values()) {
    await one.barrier()
    one.take()
  }
}

/** What a user has heard since the last time, but for how far the log has come. */
async function heardBy(userId: number): Promise<ServerFrame[]> {
  await client(userId).barrier()
  const frames = client(userId).take()
  return frames.filter(({ type }) => type !== 'PONG' && type !== 'OFFSET')
}

it('every frame that a client may send is tried, or reaches nobody in particular', () => {
  expect([...Object.keys(REACHES), ...ELSEWHERE].sort()).toEqual(Object.keys(CLIENT_FRAMES).sort())
})

it('one who is blocked sees the blocker go, as if the blocker had', async () => {
  const heard = await heardBy(BLOCKED)
  expect(heard).toEqual([expect.objectContaining({ type: 'USER_OFFLINE', userId: BLOCKER })])
})

describe('one who is blocked does not reach the blocker', () => {
  it.each(Object.entries(REACHES))('by %s', async (type, make) => {
    await settle()
    client(BLOCKED).send({ type, client_id: `reach ${type}`, ...make(at) })
    await client(BLOCKED).barrier()
    expect(await heardBy(BLOCKER)).toEqual([])
  })
})

describe('one who is blocked is not told of the blocker', () => {
  /** What the blocker does that others are told of. */
  const DOINGS: Readonly<Record<string, () => Promise<unknown>>> = {
    'a new name': () => ack(BLOCKER, { type: 'PROFILE', name: 'Only for friends' }),
    'being away': async () => client(BLOCKER).send({ type: 'ACTIVITY', state: 'idle' }),
    'being back': async () => client(BLOCKER).send({ type: 'ACTIVITY', state: 'active' }),
    'typing to nobody': async () =>
      client(BLOCKER).send({ type: 'TYPING', chat_id: at.direct, typing: true }),
    'what was read': async () =>
      client(BLOCKER).send({ type: 'READ', chat_id: at.direct, id: at.mine }),
    'going and coming': async () => {
      await client(BLOCKER).close()
      clients.set(BLOCKER, await WalkClient.open(server.url, BLOCKER))
    },
  }

  it.each(Object.entries(DOINGS))('by %s', async (what, act) => {
    await settle()
    await act()
    await client(BLOCKER).barrier()
    expect(await heardBy(BLOCKED)).toEqual([])
    if (what.startsWith('a new')) expect(await heardBy(FRIEND)).not.toEqual([])
  })

  it('by what it asks for', async () => {
    const ask = async (frame: object) => JSON.stringify(await client(BLOCKED).ask(frame))
    expect(await ask({ type: 'PRESENCE' })).not.toContain(`"userId":${BLOCKER},`)
    expect(await ask({ type: 'USERS', ids: [BLOCKER, FRIEND] })).not.toContain('friends')
    const members = await ask({ type: 'MEMBERS', chat_id: at.group })
    expect(members).toContain(`"user":${BLOCKER}`)
    expect(members).not.toContain('friends')
    expect(JSON.stringify(await client(FRIEND).ask({ type: 'USERS', ids: [BLOCKER] }))).toContain(
      'friends',
    )
  })

  it('by connecting, and by resuming from before', async () => {
    const one = client(BLOCKED)
    await one.close()
    const epoch = server.store.epoch
    clients.set(BLOCKED, await WalkClient.open(server.url, BLOCKED, { offset: 0, epoch }))
    const frames = await heardBy(BLOCKED)
    const text = JSON.stringify(frames)
    expect(frames[0]).toMatchObject({ online: expect.not.arrayContaining([BLOCKER]) })
    expect(text).toContain('RESUMED')
    expect(text).not.toContain('friends')
    expect(frames.filter(({ type }) => type === 'RECEIPT')).not.toContainEqual(
      expect.objectContaining({ chat_id: at.direct, userId: BLOCKER }),
    )
  })

  it('until the blocker takes it back', async () => {
    await settle()
    await ack(BLOCKER, { type: 'UNBLOCK', user: BLOCKED })
    expect(await heardBy(BLOCKED)).toContainEqual(
      expect.objectContaining({ type: 'USER_ONLINE', userId: BLOCKER }),
    )
    const presence = await client(BLOCKED).ask({ type: 'PRESENCE' })
    expect(JSON.stringify(presence)).toContain(`"userId":${BLOCKER},`)
    await ack(BLOCKER, { type: 'BLOCK', user: BLOCKED })
  })
})
