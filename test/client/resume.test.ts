import { afterEach, describe, expect, it } from 'vitest'
import type { ChatClient } from '../../src/client/chat-client.ts'
import { createChatClient } from '../../src/client/node.ts'
import type { ChatClientOptions } from '../../src/client/session.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { startTamperingProxy } from '../support/tampering-proxy.ts'
import { until } from '../support/until.ts'

const open: { close(): unknown }[] = []
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close()
})

async function server(): Promise<TestServer> {
  const started = await startServer()
  open.push(started)
  return started
}

/** A client that keeps the contents it was told, in order. */
function follow(options: ChatClientOptions): { client: ChatClient; told: string[] } {
  const client = createChatClient({ random: () => 0.01, ...options })
  open.push(client)
  const told: string[] = []
  client.on('message', ({ content }) => told.push(content))
  client.on('supportMessage', ({ content }) => told.push(content))
  client.connect()
  return { client, told }
}

async function store(target: TestServer, ...contents: string[]): Promise<void> {
  const { client } = follow({ url: target.url, userId: 99 })
  for (const content of contents)
    await client.send({ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 99, content })
  client.close()
}

describe('a client whose connection is lost', () => {
  it('is told what it missed once and in order, and then what comes', async () => {
    const target = await server()
    const proxy = await startTamperingProxy(`${target.url}/`, (frame) => [frame])
    open.push(proxy)
    const { client, told } = follow({ url: proxy.url, userId: 1 })
    const resumed: number[] = []
    client.on('resumed', ({ offset }) => resumed.push(offset))
    await until(() => client.status.state === 'open', 'the connection')
    await store(target, 'a', 'b')
    await until(() => told.length === 2, 'two messages')

    proxy.cutAll()
    await until(() => client.status.state !== 'open', 'the loss')
    await store(target, 'c', 'd', 'e')
    await until(() => client.status.state === 'open' && told.length >= 5, 'what was missed')
    await store(target, 'f')
    await until(() => told.length >= 6, 'what came then')
    expect(told).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
    expect(resumed.at(-1)).toBeGreaterThanOrEqual(2)
    expect(client.position?.offset).toBe(6)
  })

  it('hears of a gap when the server has another history, and goes on from there', async () => {
    const first = await server()
    const second = await server()
    await store(second, 'x', 'y', 'z')
    let target = first.url
    const proxy = await startTamperingProxy(
      () => `${target}/`,
      (frame) => [frame],
    )
    open.push(proxy)
    const { client, told } = follow({ url: proxy.url, userId: 1 })
    const gaps: unknown[] = []
    client.on('gap', (position) => gaps.push(position))
    await until(() => client.status.state === 'open', 'the connection')
    await store(first, 'a')
    await until(() => told.length === 1, 'a message')

    target = second.url
    proxy.cutAll()
    await until(() => gaps.length === 1, 'the gap')
    await store(second, 'b')
    await until(() => told.length === 2, 'the next message')
    expect(told).toEqual(['a', 'b'])
    expect(gaps).toEqual([{ epoch: second.store.epoch, offset: 3 }])
  })
})

describe('a new client', () => {
  it('gets the newest messages first when it asks for them', async () => {
    const target = await server()
    await store(target, 'a', 'b', 'c')
    const { told } = follow({ url: target.url, userId: 1, history: 2 })
    await until(() => told.length === 2, 'the history')
    await store(target, 'd')
    await until(() => told.length === 3, 'the next message')
    expect(told).toEqual(['b', 'c', 'd'])
  })

  it('goes on where an earlier one stopped', async () => {
    const target = await server()
    await store(target, 'a', 'b', 'c')
    const resumeFrom = { epoch: target.store.epoch, offset: 1 }
    const { told } = follow({ url: target.url, userId: 1, resumeFrom })
    await until(() => told.length === 2, 'what came since')
    expect(told).toEqual(['b', 'c'])
  })
})

describe('history', () => {
  it('reads a chat page by page, asked for before the connection is open', async () => {
    const target = await server()
    await store(target, 'a', 'b', 'c')
    const { client } = follow({ url: target.url, userId: 1 })
    const newest = await client.history({ chat_id: 1, limit: 2 })
    expect(newest.messages.map(({ content }) => content)).toEqual(['b', 'c'])
    expect(newest.has_more).toBe(true)
    const before = newest.messages[0]!.id
    const [older, empty] = await Promise.all([
      client.history({ chat_id: 1, before, limit: 2 }),
      client.history({ support_chat_id: 1 }),
    ])
    expect(older.messages.map(({ content }) => content)).toEqual(['a'])
    expect(older.has_more).toBe(false)
    expect(empty.messages).toEqual([])
  })

  it('rejects when it is aborted, and when the client closes', async () => {
    const target = await server()
    const { client } = follow({ url: target.url, userId: 1 })
    const aborted = new AbortController()
    const first = client.history({ chat_id: 1 }, { signal: aborted.signal })
    aborted.abort(new Error('enough'))
    await expect(first).rejects.toThrow('enough')
    const second = client.history({ chat_id: 1 })
    client.close()
    await expect(second).rejects.toMatchObject({ code: 'CONNECT_FAILED' })
    await expect(client.history({ chat_id: 1 })).rejects.toMatchObject({ code: 'CONNECT_FAILED' })
  })
})
