import { afterEach, expect, test } from 'vitest'
import { startServer, type TestServer } from '../support/start-server.ts'
import { until } from '../support/until.ts'
import { WireClient } from '../support/wire-client.ts'

let server: TestServer | undefined
afterEach(() => server?.close())

/** The line that ends what the server writes about one step of the script. */
async function untilLine(lines: readonly string[], line: string): Promise<void> {
  await until(() => lines.at(-1) === line, `the line ${line}`)
}

test('a session of two users gives exactly the expected lines, in order', async () => {
  server = await startServer()
  const { lines, url } = server
  const first = await WireClient.connect(url, 1)
  const second = await WireClient.connect(url, 2)
  const tab = await WireClient.connect(url, 2)
  first.send({ type: 'NEW_MESSAGE', chat_id: 5, sender_id: 1, content: 'a' })
  await untilLine(lines, '📡 WS: Message broadcast sent to 2 users')
  second.send({ type: 'NEW_SUPPORT_MESSAGE', support_chat_id: 5, sender_id: 2, content: 'b' })
  await second.next('SUPPORT_MESSAGE')
  // Nothing of a frame that is refused is listed.
  first.send('{')
  await first.next('ERROR')
  await tab.close()
  await untilLine(lines, '🔌 WS: User 2 disconnected')
  await second.close()
  await first.next('USER_OFFLINE')
  await first.close()
  await untilLine(lines, '📡 WS: Broadcast sent to 0 users')
  await server.close()
  expect(lines).toEqual([
    `🚀 WS: Server listening on ${url}`,
    '🚀 WS: User 1 connected',
    '📡 WS: User 1 is ONLINE',
    '📡 WS: Broadcast sent to 0 users',
    '🚀 WS: User 2 connected',
    '📡 WS: User 2 is ONLINE',
    '📡 WS: Broadcast sent to 1 users',
    '🚀 WS: User 2 connected',
    '📨 WS: Received message from user 1: NEW_MESSAGE',
    '💬 WS: New message created with ID: 1',
    '📡 WS: Message broadcast sent to 2 users',
    '📨 WS: Received message from user 2: NEW_SUPPORT_MESSAGE',
    '💬 WS: New support message created with ID: 1',
    '📡 WS: Message broadcast sent to 2 users',
    '🔌 WS: User 2 disconnected',
    '🔌 WS: User 2 disconnected',
    '📡 WS: User 2 is OFFLINE',
    '📡 WS: Broadcast sent to 1 users',
    '🔌 WS: User 1 disconnected',
    '📡 WS: User 1 is OFFLINE',
    '📡 WS: Broadcast sent to 0 users',
  ])
})

test('statistics count users and connections', async () => {
  server = await startServer({ statsIntervalMs: 20 })
  const { lines, url } = server
  await untilLine(lines, '📊 WS Stats: 0 users, 0 connections')
  for (const userId of [1, 1, 1, 2]) await WireClient.connect(url, userId)
  const last = await WireClient.connect(url, 3)
  await untilLine(lines, '📊 WS Stats: 3 users, 5 connections')
  await last.close()
  await untilLine(lines, '📊 WS Stats: 2 users, 4 connections')
  expect(lines.filter((line) => line === '🚀 WS: User 1 connected')).toHaveLength(3)
})
