import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ServerFrame } from '../../src/protocol/server-frames.ts'
import { Authenticator } from '../../src/server/auth/authenticator.ts'
import { createTokenVerifier } from '../../src/server/auth/token-verifier.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { SECRET, signToken } from '../support/tokens.ts'
import { WalkClient } from './walk-client.ts'

const [OWNER, GUEST] = [1, 6]
const FAR = '2999-01-01T00:00:00.000Z'

let server: TestServer
let owner: WalkClient
const clients: WalkClient[] = []

beforeAll(async () => {
  const verify = createTokenVerifier({ secret: SECRET })
  const security = { authenticator: new Authenticator(verify) }
  server = await startServer({ access: 'members', database: 'sqlite', uploads: {}, security })
  owner = await connect(OWNER)
})
afterAll(async () => {
  for (const client of clients) await client.close()
  await server.close()
})

async function connect(userId: number, claims: Record<string, unknown> = {}): Promise<WalkClient> {
  const token = await signToken(`${userId}`, { claims })
  const client = await WalkClient.open(server.url, userId, undefined, token)
  clients.push(client)
  return client
}

async function ack(client: WalkClient, frame: object): Promise<number> {
  const answer = await client.ask(frame)
  expect(answer, JSON.stringify(frame)).toMatchObject({ type: 'ACK' })
  return (answer as Extract<ServerFrame, { type: 'ACK' }>).id
}

const say = (chat: number, content: string) =>
  ack(owner, { type: 'NEW_MESSAGE', chat_id: chat, sender_id: OWNER, content })

/** All that a guest finds of a chat: by its own frames, over HTTP, and live. */
async function foundBy(guest: WalkClient, chat: number, claims: object): Promise<string> {
  const text: string[] = []
  for (const frame of [
    ...[
      { type: 'HISTORY' },
      { type: 'CHAT' },
      { type: 'PINS' },
      { type: 'SEARCH', text: 'secret' },
    ],
  ])
    text.push(JSON.stringify(await guest.ask({ ...frame, chat_id: chat })))
  text.push(JSON.stringify(await guest.ask({ type: 'CHATS' })))
  const token = await signToken(`${GUEST}`, { claims: { ...claims } })
  const response = await fetch(`http://127.0.0.1:${server.port}/api/chats/${chat}/messages`, {
    headers: { authorization: `Bearer ${token}` },
  })
  text.push(await response.text())
  await guest.barrier()
  guest.take()
  await say(chat, 'secret live')
  await guest.barrier()
  text.push(JSON.stringify(guest.take()))
  return text.join('\n')
}

describe('a token that grants a chat', () => {
  let chat: number
  let claims: Record<string, unknown>
  beforeEach(async () => {
    chat = await ack(owner, { type: 'CREATE_CHAT', title: 'secret title' })
    await say(chat, 'secret word')
    claims = { chats: { [chat]: 'member' } }
  })

  it('opens it, while its user is not banned there', async () => {
    const guest = await connect(GUEST, claims)
    expect(await foundBy(guest, chat, claims)).toContain('secret word')
    await ack(owner, { type: 'BAN', chat_id: chat, user: GUEST })
    expect(await foundBy(guest, chat, claims)).not.toContain('secret')
    // Nor by another connection, by resuming, or by another token.
    const again = await connect(GUEST, { chats: { [chat]: 'owner' } })
    expect(await foundBy(again, chat, claims)).not.toContain('secret')
    const token = await signToken(`${GUEST}`, { claims })
    const since = { offset: 0, epoch: server.store.epoch }
    const resumed = await WalkClient.open(server.url, GUEST, since, token)
    clients.push(resumed)
    await resumed.barrier()
    expect(JSON.stringify(resumed.take())).not.toContain('secret word')
    expect(await guest.ask({ type: 'AUTH', token })).toMatchObject({ type: 'AUTHENTICATED' })
    expect(await foundBy(guest, chat, claims)).not.toContain('secret')
    await ack(owner, { type: 'UNBAN', chat_id: chat, user: GUEST })
    expect(await foundBy(guest, chat, claims)).toContain('secret live')
  })

  it('does not open what is made under its id later, in any way', async () => {
    const next = chat + 1
    const early = { chats: { [next]: 'owner' }, iat: Math.floor(Date.now() / 1000) - 60 }
    const guest = await connect(GUEST, early)
    const made = await ack(owner, { type: 'CREATE_CHAT', title: 'secret title' })
    expect(made).toBe(next)
    await say(made, 'secret word')
    await guest.barrier()
    expect(JSON.stringify(guest.take())).not.toContain('secret')
    expect(await foundBy(guest, made, early)).not.toContain('secret')
    const again = await connect(GUEST, early)
    expect(await foundBy(again, made, early)).not.toContain('secret')
    const write = { type: 'NEW_MESSAGE', chat_id: made, sender_id: GUEST, content: 'let me in' }
    expect(await again.ask(write)).toMatchObject({ type: 'ERROR', code: 'NOT_FOUND' })
  })

  it('does not open what was before, where history begins with joining', async () => {
    await ack(owner, { type: 'CHANGE_CHAT', chat_id: chat, history: 'since_join' })
    const guest = await connect(GUEST, claims)
    const found = await foundBy(guest, chat, claims)
    expect(found).not.toContain('secret word')
    expect(found).toContain('secret live')
    const later = await connect(GUEST, claims)
    const all = await foundBy(later, chat, claims)
    expect(all).not.toContain('secret word')
    expect(all.match(/secret live/g)!.length).toBeGreaterThan(2)
  })

  it('leaves a mute as it is: nothing is written, and nothing typed', async () => {
    const guest = await connect(GUEST, claims)
    await ack(owner, { type: 'MUTE', chat_id: chat, user: GUEST, until: FAR })
    const write = { type: 'NEW_MESSAGE', chat_id: chat, sender_id: GUEST, content: 'psst' }
    expect(await guest.ask(write)).toMatchObject({ type: 'ERROR', code: 'FORBIDDEN' })
    await owner.barrier()
    owner.take()
    guest.send({ type: 'TYPING', chat_id: chat, typing: true })
    await guest.barrier()
    await owner.barrier()
    expect(JSON.stringify(owner.take())).not.toContain('"typing"')
  })

  it('of a moderator shows what is reported there, live and when asked', async () => {
    const guard = await connect(GUEST, { chats: { [chat]: 'moderator' } })
    const member = await connect(3, claims)
    const history = (await member.ask({ type: 'HISTORY', chat_id: chat })) as unknown as {
      messages: { id: number }[]
    }
    const report = { type: 'REPORT', message_id: history.messages[0]!.id, reason: 'rude' }
    await ack(member, report)
    await guard.barrier()
    expect(guard.take()).toContainEqual(expect.objectContaining({ type: 'REPORTED' }))
    const answer = (await guard.ask({ type: 'REPORTS' })) as { reports: { id: number }[] } & object
    expect(answer.reports).toMatchObject([{ chat_id: chat, reason: 'rude' }])
    await ack(guard, { type: 'RESOLVE_REPORT', report_id: answer.reports[0]!.id, resolution: 'ok' })
    expect(await member.ask({ type: 'REPORTS' })).toMatchObject({ reports: [] })
  })
})
