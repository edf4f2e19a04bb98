import { dirname, join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Client, createClient } from '@libsql/client'
import { afterEach, beforeEach, it } from 'vitest'
import { backupSqlite } from '../../../src/storage/sqlite/backup.ts'
import { sqliteFileUrl } from '../../../src/storage/sqlite/raw-connection.ts'
import type { Store } from '../../../src/storage/store.ts'
import { appendMessages } from '../append-messages.ts'
import { newEntry } from '../new-entry.ts'
import { TestDatabase } from '../test-database.ts'

const NOW = '2024-01-01T12:00:00.000Z'

let database: ReturnType<typeof TestDatabase.sqlite>
let other: Client
beforeEach(async () => {
  database = TestDatabase.sqlite()
  const store = await database.open()
  await appendMessages(store, [newEntry()], NOW)
  await database.close(store)
  other = createClient({ url: sqliteFileUrl(database.location.path) })
})
afterEach(async () => {
  other.close()
  await database.drop()
})

/** Does something while another has the lock, which goes once the first attempts have met it. */
async function meetLock<T>(lock: 'IMMEDIATE' | 'EXCLUSIVE', work: () => Promise<T>): Promise<T> {
  await other.execute(`BEGIN ${lock}`)
  const done = work()
  done.catch(() => {})
  for (let turn = 0; turn < 10; turn += 1) await nextTurn()
  await other.execute('COMMIT')
  return await done
}

it.each<[string, () => Promise<unknown>]>([
  ['opening', () => database.open()],
  ['migrating', () => database.location.migrate()],
  ['the status', () => database.location.readStatus()],
  [
    'a copy',
    () => backupSqlite(database.location.path, join(dirname(database.location.path), 'a')),
  ],
])('%s waits for who has the whole database', async (_what, work) => {
  await meetLock('EXCLUSIVE', work)
})

it.each<[string, (store: Store) => Promise<unknown>]>([
  [
    'pruning',
    (store) => store.prune({ before: new Date(), isDryRun: false, onProgress: () => {} }),
  ],
  ['confirming that something can be stored', (store) => store.confirmWritable()],
  [
    'the record of an upload',
    (store) =>
      store.uploads.add({ name: 'a', ownerId: 1, fileType: 'a/b', sizeBytes: 1 }, new Date()),
  ],
  ['when users were last here', (store) => store.lastSeen.note([{ userId: 1, at: NOW }])],
  [
    'how far users have come',
    (store) =>
      store.cursors.advance([{ userId: 2, kind: 'chat', chatId: 1, delivered: 1, read: 1 }]),
  ],
  [
    'a search that has to read on',
    (store) => store.search({ text: 'hello', chat: undefined, before: undefined, limit: 1 }),
  ],
])('%s waits for another that stores something', async (_what, work) => {
  const store = await database.open()
  await meetLock('IMMEDIATE', () => work(store))
})
