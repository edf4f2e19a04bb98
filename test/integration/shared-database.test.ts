import { afterEach, beforeEach, expect, test } from 'vitest'
import { openStore } from '../../src/storage/open-store.ts'
import { SqliteDatabase } from '../../src/storage/sqlite/database.ts'
import type { Store } from '../../src/storage/store.ts'
import { newEntry } from '../storage/new-entry.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { WireClient } from '../support/wire-client.ts'
import { withMethods } from '../support/with-methods.ts'

const NOW = '2024-01-01T12:00:00.000Z'

let server: TestServer
/** Another writer to the server's database. */
let other: Store
let client: WireClient
beforeEach(async () => {
  // It hears of the other only by what it stores itself: it looks in vain.
  const hasNothingNew = { lastOffset: async () => 0 }
  server = await startServer({
    database: 'sqlite',
    wrapStore: (store) => withMethods(store, hasNothingNew),
  })
  other = await openStore(new SqliteDatabase(server.databasePath))
  client = await WireClient.connect(server.url, 1)
})
afterEach(async () => {
  await client.close()
  await other.close()
  await server.close()
})

const offsets = (of: WireClient) => of.all('MESSAGE').map(({ payload }) => payload.offset)
const send = (client_id: string, sender_id = 1) =>
  client.send({ type: 'NEW_MESSAGE', chat_id: 1, sender_id, content: client_id, client_id })

test('what another writer stored is sent before what this server stores next', async () => {
  await other.append(
    Array.from({ length: 300 }, (_, i) => newEntry({ content: `other ${i}` })),
    NOW,
  )
  send('own')
  await client.next('MESSAGE', 301)
  expect(offsets(client)).toEqual(Array.from({ length: 301 }, (_, i) => i + 1))
  expect(client.all('MESSAGE').at(-1)!.payload.content).toBe('own')
  expect((await client.next('ACK')).offset).toBe(301)
})

test('a repeat of what another writer stored is acknowledged after it was sent', async () => {
  await other.append([newEntry({ senderId: 1, clientId: 'x' }), newEntry()], NOW)
  send('x')
  expect((await client.next('ACK')).offset).toBe(1)
  expect(offsets(client)).toEqual([1])
})

test('a client resumes over offsets of both writers from the tail', async () => {
  await other.append([newEntry(), newEntry()], NOW)
  send('a')
  await client.next('ACK')
  await other.append([newEntry()], NOW)
  send('b')
  await client.next('ACK', 2)
  const { epoch } = server.store
  const resumed = new WireClient(`${server.url}?userId=2&since=1&epoch=${epoch}`)
  await resumed.next('RESUMED')
  expect(offsets(resumed)).toEqual([2, 3, 4, 5])
  await resumed.close()
})

test('what another writer stored and deleted again is passed over', async () => {
  const entries = Array.from({ length: 600 }, () => newEntry())
  await other.append(entries, NOW)
  await other.prune({
    before: new Date(),
    isDryRun: false,
    onProgress: () => {},
  })
  await other.append([newEntry({ content: 'kept' })], NOW)
  send('own')
  expect((await client.next('ACK')).offset).toBe(602)
  await client.next('MESSAGE', 2)
  expect(offsets(client)).toEqual([601, 602])
  const { epoch } = server.store
  const resumed = new WireClient(`${server.url}?userId=2&since=601&epoch=${epoch}`)
  await resumed.next('RESUMED')
  expect(offsets(resumed)).toEqual([602])
  await resumed.close()
})

test('what another writer stored is told though this server stores nothing', async () => {
  const quiet = await startServer({ database: 'sqlite' })
  const writer = await openStore(new SqliteDatabase(quiet.databasePath))
  const listener = await WireClient.connect(quiet.url, 1)
  try {
    await writer.append([newEntry({ content: 'of another' })], NOW)
    expect((await listener.next('MESSAGE')).payload.content).toBe('of another')
  } finally {
    await listener.close()
    await writer.close()
    await quiet.close()
  }
})
