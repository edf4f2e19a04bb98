import { afterEach, expect, test } from 'vitest'
import { createChatClient } from '../../src/client/node.ts'
import { Authenticator } from '../../src/server/auth/authenticator.ts'
import { createTokenVerifier } from '../../src/server/auth/token-verifier.ts'
import { readMessages } from '../storage/append-messages.ts'
import { startServer } from '../support/start-server.ts'
import { SECRET, signToken } from '../support/tokens.ts'
import { until } from '../support/until.ts'
import { WireClient } from '../support/wire-client.ts'

const opened: (() => unknown)[] = []
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})

const message = (content: string) =>
  ({ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 1, content }) as const

async function start(security: Parameters<typeof startServer>[0]) {
  const server = await startServer(security)
  opened.push(server.close)
  return server
}

test('a script that sends as fast as it can is never refused', async () => {
  const server = await start({ security: { messageRate: 100 } })
  const client = createChatClient({ url: server.url, userId: 1 })
  opened.push(() => client.close())
  const refused: unknown[] = []
  client.on('refused', (frame) => refused.push(frame))
  client.connect()
  await Promise.all(Array.from({ length: 450 }, (_, i) => client.send(message(`${i}`))))
  expect(refused).toEqual([])
  expect(await server.store.lastOffset()).toBe(450)
})

test('what is refused because others of the user send too fast comes in the end, in order', async () => {
  const server = await start({ security: { messageRate: 10 } })
  const client = createChatClient({ url: server.url, userId: 1 })
  opened.push(() => client.close())
  const refused: string[] = []
  client.on('refused', ({ code }) => refused.push(code))
  client.connect()
  await until(() => client.status.state === 'open', 'the connection')
  const other = await WireClient.connect(server.url, 1)
  for (let i = 0; i < 60; i++) other.send({ type: 'HISTORY', chat_id: 9 })
  // From its first refusal on the server refuses everything of the user for a while.
  await new Promise<void>((resolve) =>
    other.socket.on('message', (data) => String(data).includes('RATE_LIMITED') && resolve()),
  )
  await Promise.all(Array.from({ length: 20 }, (_, i) => client.send(message(`${i}`))))
  expect(new Set(refused)).toEqual(new Set(['RATE_LIMITED']))
  const stored = await readMessages(server.store, 0, 1_000)
  expect(stored.map(({ content }) => content)).toEqual(Array.from({ length: 20 }, (_, i) => `${i}`))
})

test('a client whose token expires goes on with a new one, and misses nothing', async () => {
  const authenticator = new Authenticator(createTokenVerifier({ secret: SECRET }))
  const server = await start({ security: { authenticator } })
  let fetched = 0
  const client = createChatClient({
    url: server.url,
    userId: 1,
    // The first is good for a second only, tolerance included.
    token: () => signToken('1', { expiresInS: fetched++ === 0 ? -4 : 60 }),
  })
  opened.push(() => client.close())
  const reasons: string[] = []
  const contents: string[] = []
  client.on('status', (status) => {
    if (status.state === 'waiting') reasons.push(status.reason)
  })
  client.on('message', ({ content }) => contents.push(content))
  client.connect()
  await client.send(message('before'))
  await until(() => reasons.length > 0, 'the token to expire')
  await client.send(message('after'))
  expect(reasons).toEqual(['Token expired'])
  expect(contents).toEqual(['before', 'after'])
  expect(fetched).toBe(2)
})
