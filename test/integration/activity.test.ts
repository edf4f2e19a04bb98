import { afterEach, expect, test } from 'vitest'
import { startServer, type TestServer } from '../support/start-server.ts'
import { until } from '../support/until.ts'
import { WireClient } from '../support/wire-client.ts'

let server: TestServer
afterEach(() => server.close())

const idle = { type: 'ACTIVITY', state: 'idle' }
const active = { type: 'ACTIVITY', state: 'active' }
const states = (client: WireClient) =>
  client.all('USER_ACTIVITY').map(({ userId, state }) => `${userId} ${state}`)

/** What PRESENCE says of each user, without times. */
async function presence(client: WireClient): Promise<string[]> {
  const count = client.all('PRESENCE').length + 1
  client.send({ type: 'PRESENCE' })
  const { users } = await client.next('PRESENCE', count)
  return users.map(({ userId, status, connections }) => `${userId} ${status} ${connections}`)
}

/** Waits until everything that the client sent was acted on. */
async function settled(client: WireClient): Promise<void> {
  const count = client.all('PONG').length + 1
  client.send({ type: 'PING', t: count })
  await client.next('PONG', count)
}

test('a user is idle when all its connections are, and each change is told once', async () => {
  server = await startServer()
  const watcher = await WireClient.connect(server.url, 9)
  const phone = await WireClient.connect(server.url, 1)
  const desk = await WireClient.connect(server.url, 1)
  phone.send(idle)
  phone.send(idle)
  await settled(phone)
  expect(await presence(watcher)).toEqual(['9 active 1', '1 active 2'])
  desk.send(idle)
  await until(() => states(watcher).length === 1, 'the user to be idle')
  phone.send(active)
  await until(() => states(watcher).length === 2, 'the user to be active')
  expect(states(watcher)).toEqual(['1 idle', '1 active'])
  expect(await presence(watcher)).toEqual(['9 active 1', '1 active 2'])
})

test('closing the active connection leaves the user idle, and a new one makes it active', async () => {
  server = await startServer()
  const watcher = await WireClient.connect(server.url, 9)
  const phone = await WireClient.connect(server.url, 1)
  const desk = await WireClient.connect(server.url, 1)
  phone.send(idle)
  await settled(phone)
  await desk.close()
  await until(() => states(watcher).at(-1) === '1 idle', 'the user to be idle')
  await WireClient.connect(server.url, 1)
  await until(() => states(watcher).at(-1) === '1 active', 'the user to be active')
  expect(watcher.all('USER_OFFLINE')).toEqual([])
})

test('who has left is listed with the time, also after the server was started again', async () => {
  server = await startServer()
  const watcher = await WireClient.connect(server.url, 9)
  const client = await WireClient.connect(server.url, 1)
  await client.close()
  const { timestamp } = await watcher.next('USER_OFFLINE')
  watcher.send({ type: 'PRESENCE' })
  expect((await watcher.next('PRESENCE')).users).toEqual([
    { userId: 9, status: 'active', connections: 1 },
    { userId: 1, status: 'offline', connections: 0, lastSeen: timestamp },
  ])
  await server.server.close()
  const seen = await server.store.lastSeen.newest(10)
  expect(seen.map(({ userId }) => userId).sort()).toEqual([1, 9])
  expect(seen).toContainEqual({ userId: 1, at: timestamp })
})

test('with a grace a reload is not noticed, and who stays away is', async () => {
  server = await startServer({ offlineGraceMs: 400 })
  const watcher = await WireClient.connect(server.url, 9)
  for (let reload = 0; reload < 3; reload++) {
    const page = await WireClient.connect(server.url, 1)
    page.send(idle)
    await settled(page)
    await page.close()
  }
  const last = await WireClient.connect(server.url, 1)
  expect(watcher.all('USER_ONLINE')).toHaveLength(1)
  expect(watcher.all('USER_OFFLINE')).toEqual([])
  await last.close()
  expect((await watcher.next('USER_OFFLINE')).userId).toBe(1)
  expect(await presence(watcher)).toEqual(['9 active 1', '1 offline 0'])
})
