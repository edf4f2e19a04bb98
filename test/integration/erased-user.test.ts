import { afterEach, beforeEach, expect, it } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { createFakeHost } from '../support/fake-host.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { until } from '../support/until.ts'
import { WireClient } from '../support/wire-client.ts'

const ANN = 7
const BOB = 8

let server: TestServer
let bob: WireClient
beforeEach(async () => {
  server = await startServer({ access: 'members', database: 'sqlite' })
  bob = await WireClient.connect(server.url, BOB)
})
afterEach(async () => {
  await bob.close()
  await server.close()
})

async function ack(client: WireClient, userId: number, frame: object): Promise<number> {
  const acks = client.all('ACK').length
  client.send({ client_id: `${userId}-${acks}-${Math.random()}`, ...frame })
  return (await client.next('ACK', acks + 1)).id
}
const say = (client: WireClient, userId: number, chatId: number, content: string) =>
  ack(client, userId, { type: 'NEW_MESSAGE', chat_id: chatId, sender_id: userId, content })

async function erase(): Promise<void> {
  const fake = createFakeHost()
  const argv = ['db', 'erase', '--user', `${ANN}`, '--yes', '--database-url', server.databasePath]
  expect([await main(argv, fake.host), fake.stderr()]).toEqual([0, ''])
}

it('is erased beside a running server, and those who are connected hear of it', async () => {
  const ann = await WireClient.connect(server.url, ANN)
  const chat = await ack(ann, ANN, { type: 'CREATE_CHAT', title: 'Lab', members: [BOB] })
  const direct = await ack(ann, ANN, { type: 'DIRECT', user: BOB })
  await ack(ann, ANN, { type: 'PROFILE', name: 'Ann' })
  const first = await say(ann, ANN, chat, 'a secret')
  await say(ann, ANN, direct, 'another secret')
  const own = await say(bob, BOB, chat, 'of mine')
  await ack(ann, ANN, { type: 'REACT', message_id: own, emoji: '👍' })
  await ann.close()

  await erase()
  await until(() => bob.all('MEMBERS_CHANGED').length === 2, 'what was erased')
  expect(bob.all('MESSAGE_DELETED').map(({ payload }) => payload.sender_id)).toEqual([ANN, ANN])
  expect(bob.all('MESSAGE_DELETED')[0]!.payload).toMatchObject({ id: first, chat_id: chat })
  expect(bob.all('MESSAGE_DELETED')[0]!.payload).not.toHaveProperty('by')
  expect(bob.all('REACTION').at(-1)).toMatchObject({ userId: ANN, emoji: '👍', removed: true })
  expect(bob.all('USER_CHANGED').at(-1)).toMatchObject({ user: ANN })
  expect(bob.all('USER_CHANGED').at(-1)).not.toHaveProperty('name')
  expect(bob.all('MEMBERS_CHANGED')).toMatchObject([
    { chat_id: chat, removed: [ANN], roles: [{ user: BOB, role: 'owner' }], members: 1 },
    { chat_id: direct, removed: [ANN], members: 1 },
  ])
  // Bob owns the chat now, and Ann may no longer read it.
  await ack(bob, BOB, { type: 'CHANGE_CHAT', chat_id: chat, title: 'Mine' })
  const back = await WireClient.connect(server.url, ANN)
  back.send({ type: 'HISTORY', chat_id: chat, client_id: 'h' })
  expect(await back.next('ERROR')).toMatchObject({ code: 'NOT_FOUND' })
  await back.close()
})

it('is empty for those who resume from before', async () => {
  const ann = await WireClient.connect(server.url, ANN)
  const chat = await ack(ann, ANN, { type: 'CREATE_CHAT', members: [BOB] })
  await say(ann, ANN, chat, 'a secret')
  await ann.close()
  await erase()
  // The server is quiet meanwhile: it looks by itself.
  await bob.next('MESSAGE_DELETED')
  await bob.close()
  bob = new WireClient(`${server.url}?userId=${BOB}&since=0&epoch=${server.store.epoch}`)
  await bob.next('RESUMED')
  expect(JSON.stringify(bob.frames)).not.toContain('a secret')
  expect(bob.all('MESSAGE_DELETED')).toHaveLength(1)
})
