import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openStore } from '../../../src/storage/open-store.ts'
import { backupSqlite } from '../../../src/storage/sqlite/backup.ts'
import { SqliteDatabase } from '../../../src/storage/sqlite/database.ts'
import type { Store } from '../../../src/storage/store.ts'
import { appendWithRetries, readMessages } from '../append-messages.ts'
import { newEntry } from '../new-entry.ts'
import { TestDatabase } from '../test-database.ts'

const NOW = '2024-01-01T12:00:00.000Z'

let database: ReturnType<typeof TestDatabase.sqlite>
let store: Store
let path: string
let target: string
beforeEach(async () => {
  database = TestDatabase.sqlite()
  path = database.location.path
  target = join(dirname(path), 'copy.db')
  store = await database.open()
})
afterEach(() => database.drop())

it('a copy made while messages are stored holds every one up to its offset', async () => {
  const contents = Array.from({ length: 60 }, (_, i) => `message ${i}`)
  let isDone = false
  const writing = (async () => {
    for (const content of contents) {
      await appendWithRetries(store, [newEntry({ content })], NOW)
      await new Promise(setImmediate)
    }
    isDone = true
  })()
  const backup = await backupSqlite(path, target)
  await writing
  expect(isDone).toBe(true)

  const copy = await openStore(new SqliteDatabase(target))
  try {
    const entries = await readMessages(copy, 0, 1_000)
    expect(entries.map(({ content }) => content)).toEqual(contents.slice(0, backup.lastOffset))
    expect(await copy.lastOffset()).toBe(backup.lastOffset)
    expect(copy.epoch).not.toBe(store.epoch)
  } finally {
    await copy.close()
  }
})

it('a copy of an empty database is another history too', async () => {
  await backupSqlite(path, target)
  const copy = await openStore(new SqliteDatabase(target))
  await copy.close()
  expect(copy.epoch).not.toBe(store.epoch)
})

it('several copies at once are all whole, or the file has another of them', async () => {
  await appendWithRetries(store, [newEntry()], NOW)
  const targets = ['a', 'b', 'c'].map((name) => join(dirname(path), `${name}.db`))
  const backups = await Promise.all(targets.map((one) => backupSqlite(path, one)))
  expect(backups.map(({ lastOffset }) => lastOffset)).toEqual([1, 1, 1])
  const outcomes = await Promise.allSettled([1, 2, 3].map(() => backupSqlite(path, target)))
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  for (const outcome of outcomes)
    if (outcome.status === 'rejected')
      expect(outcome.reason.message).toBe(`${target} is there already: name another file`)
  const copy = await openStore(new SqliteDatabase(target))
  expect(await copy.lastOffset()).toBe(1)
  await copy.close()
  expect(readdirSync(dirname(path)).filter((name) => name.includes('partial'))).toEqual([])
})

it('a file that appears meanwhile is not written over', async () => {
  const backup = backupSqlite(path, target)
  writeFileSync(target, 'precious')
  await expect(backup).rejects.toMatchObject({
    message: `${target} is there already: name another file`,
  })
  expect(readFileSync(target, 'utf8')).toBe('precious')
})

it('a file that is there is not written over', async () => {
  writeFileSync(target, 'precious')
  await expect(backupSqlite(path, target)).rejects.toMatchObject({
    code: 'OUTPUT_FAILED',
    message: `${target} is there already: name another file`,
  })
})

it('a copy that cannot be made leaves nothing behind', async () => {
  const before = readdirSync(dirname(path)).sort()
  const nowhere = join(dirname(path), 'missing', 'copy.db')
  await expect(backupSqlite(path, nowhere)).rejects.toMatchObject({ code: 'OUTPUT_FAILED' })
  const absent = join(dirname(path), 'absent.db')
  await expect(backupSqlite(absent, target)).rejects.toMatchObject({
    message: `There is no database ${absent}`,
  })
  expect(existsSync(absent)).toBe(false)
  expect(readdirSync(dirname(path)).sort()).toEqual(before)
})
