import { existsSync, readdirSync, writeFileSync } from 'node:fs'
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
