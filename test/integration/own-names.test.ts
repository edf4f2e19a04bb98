import { afterEach, expect, it } from 'vitest'
import { startServer, type TestServer } from '../support/start-server.ts'
import { WireClient } from '../support/wire-client.ts'

let server: TestServer
afterEach(() => server.close())

it.each(['follows all', 'is narrowed to chats', 'is in a chat with members'])(
  'the ACK comes before the message on a connection that %s',
  async (how) => {
    const isMember = how.endsWith('members')
    server = await startServer({ access: isMember ? 'members' : 'open' })
    const client = await WireClient.connect(server.url, 1)
    if (isMember) client.send({ type: 'CREATE_CHAT', client_id: 'chat' })
    if (isMember) await client.next('ACK')
    if (how.startsWith('is narrowed')) client.send({ type: 'SUBSCRIBE', chats: [1] })
    if (how.startsWith('is narrowed')) await client.next('SUBSCRIBED')
    const count = 200
    for (let i = 0; i < count; i += 1)
      client.send({
        ...{ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 1, content: 'ok', client_id: `n${i}` },
      })
    await client.next('MESSAGE', count)
    await client.next('ACK', count + (isMember ? 1 : 0))
    const named = new Set<number>()
    const strangers: number[] = []
    for (const frame of client.frames) {
      if (frame.type === 'ACK') named.add(frame.offset)
      if (frame.type !== 'MESSAGE') continue
      expect(frame.payload).not.toHaveProperty('client_id')
      if (!named.has(frame.payload.offset)) strangers.push(frame.payload.offset)
    }
    expect(strangers).toEqual([])
    await client.close()
  },
)

it('HISTORY tells the name of a message to its sender alone, over HTTP too', async () => {
  server = await startServer()
  const sender = await WireClient.connect(server.url, 1)
  const other = await WireClient.connect(server.url, 2)
  sender.send({
    ...{ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 1, content: 'ok', client_id: 'mine' },
  })
  await sender.next('ACK')
  const namesFor = async (client: WireClient) => {
    client.send({ type: 'HISTORY', chat_id: 1 })
    const { messages } = await client.next('HISTORY')
    return messages.map(({ client_id }) => client_id)
  }
  expect(await namesFor(sender)).toEqual(['mine'])
  expect(await namesFor(other)).toEqual([undefined])
  const overHttp = async (userId: number) =>
    (await fetch(`http://127.0.0.1:${server.port}/api/chats/1/messages?userId=${userId}`)).text()
  expect(await overHttp(1)).toContain('"client_id":"mine"')
  expect(await overHttp(2)).not.toContain('mine')
  await sender.close()
  await other.close()
})
