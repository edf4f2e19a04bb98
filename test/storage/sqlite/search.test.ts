import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { createClient } from '@libsql/client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sqliteFileUrl } from '../../../src/storage/sqlite/raw-connection.ts'
import type { Store } from '../../../src/storage/store.ts'
import { newEntry } from '../new-entry.ts'
import { TestDatabase } from '../test-database.ts'

const NOW = '2024-01-01T12:00:00.000Z'

let database: ReturnType<typeof TestDatabase.sqlite>

beforeEach(() => {
  database = TestDatabase.sqlite()
})
afterEach(() => database.drop())

const indexPath = () => `${database.location.path}-search`

const search = (store: Store, text: string) =>
  store.search({ text, chat: undefined, before: undefined, limit: 1_000 })

const append = (store: Store, ...contents: string[]) =>
  store.append(
    contents.map((content) => newEntry({ content })),
    NOW,
  )

/** Runs statements on the index by a connection of its own; returns the rows of the last. */
async function onIndex(...statements: string[]) {
  const client = createClient({ url: sqliteFileUrl(indexPath()) })
  try {
    await client.execute('PRAGMA busy_timeout = 10000')
    let result = await client.execute('SELECT 1')
    for (const sql of statements) result = await client.execute(sql)
    return [...result.rows]
  } finally {
    client.close()
  }
}

/** Appends messages, searches for a word, and returns the offsets at which steps of the index ended. */
async function stepsOver(contents: readonly string[]): Promise<number[]> {
  const store = await database.open()
  await search(store, 'word')
  await onIndex(
    'CREATE TABLE steps (at INTEGER)',
    `CREATE TRIGGER step AFTER UPDATE ON search_position
      BEGIN INSERT INTO steps VALUES (new."offset"); END`,
  )
  await append(store, ...contents)
  expect(await search(store, 'word')).toHaveLength(contents.length)
  return (await onIndex('SELECT at FROM steps ORDER BY at')).map(({ at }) => Number(at))
}

test('the index is built in steps of 200 offsets', async () => {
  expect(await stepsOver(Array.from({ length: 450 }, () => 'word'))).toEqual([200, 400, 450])
})

test('a step of the index has no more long messages than a read', async () => {
  const long = `word ${'x'.repeat(60_000)}`
  expect(await stepsOver(Array.from({ length: 12 }, () => long))).toEqual([5, 10, 12])
})

test('nothing waits for a search: not storing, nor reading, nor the event loop', async () => {
  const store = await database.open()
  await append(store, 'first word')
  await search(store, 'word')
  const other = createClient({ url: sqliteFileUrl(indexPath()) })
  await other.execute('BEGIN IMMEDIATE')
  let isAnswered = false
  const found = search(store, 'word').then((messages) => {
    isAnswered = true
    return messages
  })
  await append(store, 'second word')
  expect(await store.readAfter(0, 10)).toHaveLength(2)
  expect(isAnswered).toBe(false)
  await other.execute('ROLLBACK')
  other.close()
  expect((await found).length).toBeGreaterThan(0)
  expect(await search(store, 'word')).toHaveLength(2)
})

test('several searches at once are each answered with what they asked for', async () => {
  const store = await database.open()
  await append(store, 'apple pie', 'apple tart', 'cherry pie')
  const found = await Promise.all(['apple', 'pie', 'tart', 'none'].map((w) => search(store, w)))
  expect(found.map((messages) => messages.map(({ offset }) => offset))).toEqual([
    ...[[2, 1], [3, 1], [2], []],
  ])
})

test.each([
  ['is damaged', () => writeFileSync(indexPath(), 'x'.repeat(10_000))],
  ['is of another history', () => onIndex(`UPDATE search_position SET epoch = 'another'`)],
  ['is ahead of the log', () => onIndex('UPDATE search_position SET "offset" = 1000')],
] as const)('an index that %s is made again', async (_what, spoil) => {
  const before = await database.open()
  await append(before, 'one word', 'two words')
  await search(before, 'word')
  await database.close(before)
  await spoil()
  const store = await database.open()
  expect(await search(store, 'word')).toHaveLength(2)
})

test('what was deleted or pruned leaves no word in the index', async () => {
  const store = await database.open()
  await append(store, 'pruned secret', 'deleted secret', 'open')
  expect(await search(store, 'secret')).toHaveLength(2)
  await store.append(
    [
      {
        ...{ type: 'deletion', kind: 'chat', messageId: 2, clientId: undefined },
        senderId: newEntry({}).senderId,
      },
    ],
    NOW,
  )
  await store.append([newEntry({ content: 'late' })], '2024-01-02T12:00:00.000Z')
  expect(await search(store, 'secret')).toHaveLength(1)
  const before = new Date('2024-01-02T00:00:00.000Z')
  const pruned = await store.prune({ before, isDryRun: false, onProgress: () => {} })
  expect(pruned.lastOffset).toBe(4)
  expect((await onIndex('SELECT content FROM message_search')).map((row) => row.content)).toEqual([
    'late',
  ])
  await database.close(store)
  expect(readFileSync(indexPath(), 'latin1')).not.toContain('secret')
})

test('a store that was searched closes to its file, the position and the index, for its owner alone', async () => {
  const store = await database.open()
  await append(store, 'word')
  await search(store, 'word')
  await database.close(store)
  const { path } = database.location
  const name = basename(path)
  expect(readdirSync(dirname(path)).sort()).toEqual([name, `${name}-position`, `${name}-search`])
  expect(statSync(indexPath()).mode & 0o777).toBe(0o600)
  // The file says that it is written without a write-ahead log.
  expect(readFileSync(path)[18]).toBe(1)
})

test('a store that is closed while it is searched answers with an error, and closes', async () => {
  const store = await database.open()
  await append(store, ...Array.from({ length: 1_000 }, (_, i) => `word ${i}`))
  const found = search(store, 'word').catch((error: unknown) => error)
  await database.close(store)
  const outcome = await found
  if (!Array.isArray(outcome)) expect(outcome).toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
  else expect(outcome).toHaveLength(1_000)
  expect(existsSync(`${database.location.path}-wal`)).toBe(false)
})
