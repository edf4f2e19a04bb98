import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { ChatClient } from '../../src/client/chat-client.ts'
import { createChatClient } from '../../src/client/node.ts'
import type { WebSocketLike } from '../../src/client/reconnecting-socket.ts'
import type { NewMessage, NewSupportMessage } from '../../src/protocol/client-frames.ts'
import { ChatwsError } from '../../src/protocol/error.ts'
import type { MessagePayload } from '../../src/protocol/payloads.ts'
import { ChatServer } from '../../src/server/chat-server.ts'
import { ServerLog } from '../../src/server/telemetry/server-log.ts'
import { readMessages } from '../storage/append-messages.ts'
import { startServer, type TestServerOptions } from '../support/start-server.ts'
import { until } from '../support/until.ts'
import { withMethods } from '../support/with-methods.ts'

const message = (content: string, sender_id = 1): NewMessage => ({
  type: 'NEW_MESSAGE',
  chat_id: 1,
  sender_id,
  content,
})

const opened: (() => unknown)[] = []
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})

async function start(options?: TestServerOptions) {
  const server = await startServer(options)
  opened.push(() => server.close())
  return server
}

/** A client that reconnects at once, and the sockets it has opened. */
function createClient(url: string, userId = 1) {
  const sockets: WebSocket[] = []
  const client = new ChatClient({ url, userId, random: () => 0 }, (address) => {
    const socket = new WebSocket(address, { perMessageDeflate: false })
    sockets.push(socket)
    return socket as unknown as WebSocketLike
  })
  opened.push(() => client.close())
  return { client, sockets }
}

describe('a client of a real server', () => {
  it('gets the ACKs of what it sent before it connected, and then the messages', async () => {
    const { url, store } = await start()
    const client = createChatClient({ url, userId: 1 })
    opened.push(() => client.close())
    const received: MessagePayload[] = []
    client.on('message', (payload) => received.push(payload))
    const support: NewSupportMessage = {
      type: 'NEW_SUPPORT_MESSAGE',
      support_chat_id: 5,
      sender_id: 1,
      content: 'help',
    }
    const sent = [client.send(message('a')), client.send(message('b')), client.send(support)]
    client.connect()
    const acks = await Promise.all(sent)
    expect(acks.map(({ offset }) => offset)).toEqual([1, 2, 3])
    await until(() => received.length === 2, 'the messages')
    expect(received.map(({ content, offset }) => [content, offset])).toEqual([
      ['a', 1],
      ['b', 2],
    ])
    expect(await store.readAfter(0, 10)).toHaveLength(3)
  })

  it('hears who comes and goes', async () => {
    const { url } = await start()
    const { client } = createClient(url, 1)
    const presence: object[] = []
    client.on('presence', (event) => presence.push(event))
    client.connect()
    await until(() => client.status.state === 'open', 'the first client')
    const other = createClient(url, 2).client
    other.connect()
    await until(() => other.status.state === 'open', 'the second client')
    other.close()
    await until(() => presence.length === 2, 'the presence of the second client')
    expect(presence).toEqual([
      { userId: 2, isOnline: true, timestamp: expect.any(String) },
      { userId: 2, isOnline: false, timestamp: expect.any(String) },
    ])
  })

  it('ends where the server refuses its user id', async () => {
    const { url } = await start()
    const { client, sockets } = createClient(url, 0)
    const sent = client.send(message('a'))
    client.connect()
    await expect(sent).rejects.toMatchObject({ code: 'CONNECTION_REFUSED' })
    expect(client.status).toMatchObject({
      state: 'closed',
      error: { code: 'CONNECTION_REFUSED', message: expect.stringContaining('Invalid user ID') },
    })
    expect(sockets).toHaveLength(1)
  })

  it.each([
    ['SENDER_MISMATCH', message('a', 2)],
    ['INVALID_FRAME', { ...message('a'), chat_id: -1 }],
    ['INVALID_FRAME', { ...message('a'), colour: 'red' }],
  ])('gets %s for the message that deserves it', async (code, wrong) => {
    const { url, store } = await start()
    const { client } = createClient(url)
    client.connect()
    const outcomes = await Promise.allSettled([client.send(wrong), client.send(message('b'))])
    expect(outcomes).toMatchObject([
      { status: 'rejected', reason: { code } },
      { status: 'fulfilled', value: { offset: 1 } },
    ])
    expect(await store.readAfter(0, 10)).toMatchObject([{ content: 'b' }])
  })

  it('sends again what the server could not store', async () => {
    let failures = 0
    const { url, store } = await start({
      wrapStore: (inner) =>
        withMethods(inner, {
          append: async (entries, createdAt) => {
            failures += 1
            if (failures === 1) throw new ChatwsError('STORAGE_UNAVAILABLE', 'the disk is full')
            return inner.append(entries, createdAt)
          },
        }),
    })
    const { client } = createClient(url)
    const refused: string[] = []
    client.on('refused', ({ code }) => refused.push(code))
    client.connect()
    expect(await client.send(message('a'))).toMatchObject({ offset: 1 })
    expect(refused).toEqual(['STORAGE_UNAVAILABLE'])
    expect(await store.readAfter(0, 10)).toHaveLength(1)
  })
})

describe('a connection that drops', () => {
  it('after a message was stored and before its ACK came does not store it twice', async () => {
    let openGate = () => {}
    const gate = new Promise<void>((resolve) => {
      openGate = resolve
    })
    let isStored = false
    const { url, store } = await start({
      wrapStore: (inner) =>
        withMethods(inner, {
          append: async (entries, createdAt) => {
            const appended = await inner.append(entries, createdAt)
            isStored = true
            await gate
            return appended
          },
        }),
    })
    const { client, sockets } = createClient(url)
    client.connect()
    await until(() => client.status.state === 'open', 'the client')
    const sent = client.send({ ...message('a'), client_id: 'mine' })
    await until(() => isStored, 'the message to be stored')
    sockets[0]!.terminate()
    await until(() => sockets.length > 1 && client.status.state === 'open', 'the reconnect')
    expect(client.pendingSends).toBe(1)
    openGate()
    expect(await sent).toMatchObject({ client_id: 'mine', offset: 1 })
    expect(await store.readAfter(0, 10)).toMatchObject([{ clientId: 'mine', content: 'a' }])
  })

  it('again and again loses no message and stores none twice', async () => {
    const { url, store } = await start()
    const { client, sockets } = createClient(url)
    client.connect()
    const sent: Promise<unknown>[] = []
    for (let i = 0; i < 100; i += 1) {
      const acknowledged = client.send(message(`${i}`))
      sent.push(acknowledged)
      if (i % 10 === 9) {
        await acknowledged
        void client.send(message(`${i} and cut`)).then(() => {}, expect.unreachable)
        sockets.at(-1)!.terminate()
      }
    }
    await Promise.all(sent)
    await until(() => client.pendingSends === 0, 'the last ACKs')
    expect(sockets.length).toBeGreaterThan(5)
    const entries = await readMessages(store, 0, 1000)
    expect(new Set(entries.map(({ content }) => content)).size).toBe(110)
    expect(entries.map(({ offset }) => offset)).toEqual(
      Array.from({ length: 110 }, (_, i) => i + 1),
    )
  })

  it('because the server stopped is restored when it is back on its port', async () => {
    const first = await start()
    const { client } = createClient(first.url)
    const reasons: string[] = []
    client.on('status', (status) => {
      if (status.state === 'waiting') reasons.push(status.reason)
    })
    client.connect()
    expect(await client.send(message('before'))).toMatchObject({ offset: 1 })
    await first.server.close()
    await until(() => reasons.length > 0, 'the loss')
    expect(reasons[0]).toMatch(/^Server draining/)
    const sent = client.send(message('between'))

    const serverLog = new ServerLog({ isEnabled: () => false, write: () => {} })
    const intervals = { heartbeatMs: 30_000, statsIntervalMs: 30_000 }
    const second = await ChatServer.create({ store: first.store, serverLog, ...intervals })
    opened.push(() => second.close())
    await second.listen('127.0.0.1', first.port)
    expect(await sent).toMatchObject({ offset: 2 })
    expect(client.status).toEqual({ state: 'open' })
  })
})

it('a closed client leaves no socket open', async () => {
  const { url, server } = await start()
  const { client, sockets } = createClient(url)
  client.connect()
  await until(() => client.status.state === 'open', 'the client')
  const closed = once(sockets[0]!, 'close')
  client.close()
  expect((await closed)[0]).toBe(1000)
  await server.close()
  expect(sockets).toHaveLength(1)
})
