import { afterEach, beforeEach, expect, test } from 'vitest'
import { startServer, type TestServer } from '../support/start-server.ts'
import { until } from '../support/until.ts'
import { WireClient } from '../support/wire-client.ts'
import { recordTexts } from './record-texts.ts'

let server: TestServer
beforeEach(async () => {
  server = await startServer()
})
afterEach(() => server.close())

/** Presence frames so far, as `+2` and `-2`. */
function changes(client: WireClient): string[] {
  return client.frames.flatMap((frame) => {
    if (frame.type === 'USER_ONLINE') return [`+${frame.userId}`]
    return frame.type === 'USER_OFFLINE' ? [`-${frame.userId}`] : []
  })
}

/** Brings one more user online and waits until all heard of it: what was sent before has come. */
async function settle(userId: number, ...clients: WireClient[]): Promise<void> {
  await WireClient.connect(server.url, userId)
  await until(
    () => clients.every((client) => changes(client).includes(`+${userId}`)),
    `user ${userId} to be seen online`,
  )
}

test.each(['', '?', '?userId', '?userId=', '?user=1', '?userid=1'])(
  'a connection with the query %j is closed because a user id is required',
  async (query) => {
    const client = new WireClient(`${server.url}/${query}`)
    expect(await client.closed).toEqual({ code: 1008, reason: 'User ID required' })
    expect(client.frames).toEqual([])
  },
)

test.each(['0', '-1', '1.5', 'abc', '9007199254740992', '01', '1e3', '%201', '0x1'])(
  'the user id %j is refused as invalid',
  async (userId) => {
    const client = new WireClient(`${server.url}?userId=${userId}`)
    expect(await client.closed).toEqual({ code: 1008, reason: 'Invalid user ID' })
    expect(client.frames).toEqual([])
  },
)

test('a refused connection is not announced and not counted', async () => {
  const watcher = await WireClient.connect(server.url, 1)
  await new WireClient(`${server.url}?userId=0`).closed
  await settle(9, watcher)
  expect(changes(watcher)).toEqual(['+9'])
  expect(server.lines.filter((line) => line.endsWith('connected'))).toHaveLength(2)
})

test.each([1, Number.MAX_SAFE_INTEGER])('user %i is welcome', async (userId) => {
  const client = await WireClient.connect(server.url, userId)
  expect((await client.next('CONNECTION_ESTABLISHED')).userId).toBe(userId)
})

test('any path upgrades', async () => {
  const client = new WireClient(`${server.url}/some/path?userId=5&token=x`)
  expect((await client.next('CONNECTION_ESTABLISHED')).userId).toBe(5)
})

test('the greeting begins with the classic keys, in their order, and is the first frame', async () => {
  const client = new WireClient(`${server.url}?userId=123`)
  const texts = recordTexts(client)
  await client.next('CONNECTION_ESTABLISHED')
  expect(texts[0]).toMatch(
    /^\{"type":"CONNECTION_ESTABLISHED","userId":123,"timestamp":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",/,
  )
  expect(Object.keys(JSON.parse(texts[0]!))).toEqual([
    'type',
    'userId',
    'timestamp',
    'protocol',
    'sessionId',
    'epoch',
    'offset',
    'limits',
    'online',
  ])
})

test('the greeting tells the epoch, the newest offset, the limits and who is online', async () => {
  const first = await WireClient.connect(server.url, 7)
  expect(await first.next('CONNECTION_ESTABLISHED')).toMatchObject({
    protocol: 1,
    epoch: server.store.epoch,
    offset: 0,
    limits: { maxMessageBytes: 65_536 },
    online: [7],
  })
  first.send({ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 7, content: 'a' })
  await first.next('MESSAGE')
  const second = await WireClient.connect(server.url, 8)
  expect(await second.next('CONNECTION_ESTABLISHED')).toMatchObject({ offset: 1, online: [7, 8] })
})

test('every connection has a session id of its own', async () => {
  const clients = [
    await WireClient.connect(server.url, 1),
    await WireClient.connect(server.url, 1),
    await WireClient.connect(server.url, 2),
  ]
  const ids = clients.map((client) => client.all('CONNECTION_ESTABLISHED')[0]!.sessionId)
  expect(new Set(ids).size).toBe(3)
})

test('USER_ONLINE goes to everyone else, to the letter, and not to the user itself', async () => {
  const watcher = await WireClient.connect(server.url, 1)
  const texts = recordTexts(watcher)
  const newcomer = await WireClient.connect(server.url, 2)
  await settle(9, watcher, newcomer)
  expect(texts[0]).toMatch(/^\{"type":"USER_ONLINE","userId":2,"timestamp":"[^"]{24}"\}$/)
  expect(changes(watcher)).toEqual(['+2', '+9'])
  expect(changes(newcomer)).toEqual(['+9'])
})

test('every connection of every other user hears of a change', async () => {
  const tabs = [await WireClient.connect(server.url, 1), await WireClient.connect(server.url, 1)]
  await settle(2, ...tabs)
  for (const tab of tabs) expect(changes(tab)).toEqual(['+2'])
})

test('a second and a third connection of a user change nothing', async () => {
  const watcher = await WireClient.connect(server.url, 1)
  const tabs: WireClient[] = []
  for (let i = 0; i < 3; i++) tabs.push(await WireClient.connect(server.url, 2))
  await settle(9, watcher)
  expect(changes(watcher)).toEqual(['+2', '+9'])
  expect(tabs.map(changes)).toEqual([['+9'], ['+9'], ['+9']])
})

test('USER_OFFLINE is sent only when the last connection of a user closes', async () => {
  const watcher = await WireClient.connect(server.url, 1)
  const tabs: WireClient[] = []
  for (let i = 0; i < 3; i++) tabs.push(await WireClient.connect(server.url, 2))
  await tabs[1]!.close()
  await tabs[0]!.close()
  await settle(9, watcher)
  expect(changes(watcher)).toEqual(['+2', '+9'])
  const texts = recordTexts(watcher)
  await tabs[2]!.close()
  await watcher.next('USER_OFFLINE')
  expect(texts).toEqual([
    expect.stringMatching(/^\{"type":"USER_OFFLINE","userId":2,"timestamp":"[^"]{24}"\}$/),
  ])
  expect(changes(watcher)).toEqual(['+2', '+9', '-2'])
})

test('a user whose socket breaks without a close frame goes offline', async () => {
  const watcher = await WireClient.connect(server.url, 1)
  const client = await WireClient.connect(server.url, 2)
  client.socket.terminate()
  expect((await watcher.next('USER_OFFLINE')).userId).toBe(2)
})

test('a user that comes back is announced again', async () => {
  const watcher = await WireClient.connect(server.url, 1)
  for (let i = 1; i <= 2; i++) {
    const client = await WireClient.connect(server.url, 2)
    await client.close()
    await watcher.next('USER_OFFLINE', i)
  }
  expect(changes(watcher)).toEqual(['+2', '-2', '+2', '-2'])
})

test('who is online in the greeting and the changes after it add up to the truth', async () => {
  const clients = await Promise.all(
    Array.from({ length: 50 }, (_, i) => WireClient.connect(server.url, 100 + i)),
  )
  await settle(9, ...clients)
  for (const client of clients) {
    const { online } = client.all('CONNECTION_ESTABLISHED')[0]!
    const came = client.all('USER_ONLINE').map((frame) => frame.userId)
    const known = new Set([...online, ...came])
    expect([...known].sort((a, b) => a - b)).toEqual([
      9,
      ...Array.from({ length: 50 }, (_, i) => 100 + i),
    ])
    expect(new Set(online).size).toBe(online.length)
    expect(new Set(came).size).toBe(came.length)
  }
})
