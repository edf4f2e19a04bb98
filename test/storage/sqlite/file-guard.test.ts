import { copyFileSync, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openStore } from '../../../src/storage/open-store.ts'
import { backupSqlite } from '../../../src/storage/sqlite/backup.ts'
import { SqliteDatabase } from '../../../src/storage/sqlite/database.ts'
import type { Store } from '../../../src/storage/store.ts'
import { appendMessages, readMessages } from '../append-messages.ts'
import { newEntry } from '../new-entry.ts'
import { TestDatabase } from '../test-database.ts'

const NOW = '2024-01-01T12:00:00.000Z'

let database: ReturnType<typeof TestDatabase.sqlite>
let path: string
let store: Store
beforeEach(async () => {
  database = TestDatabase.sqlite()
  path = database.location.path
  store = await database.open()
  await talk()
})
afterEach(async () => {
  vi.useRealTimers()
  await database.drop()
})

const talk = () => appendMessages(store, [newEntry()], NOW)
const refused = (what: RegExp) => ({
  code: 'STORAGE_UNAVAILABLE',
  message: expect.stringMatching(what),
})

/** Opens the files as they are now, as a process does that starts after this one was killed. */
async function openAsAfterCrash(): Promise<Store> {
  for (const ending of ['', '-wal', '-position'])
    if (existsSync(path + ending)) copyFileSync(path + ending, `${path}.crash${ending}`)
  return openStore(new SqliteDatabase(`${path}.crash`))
}

const FILES = ['', '-wal', '-shm'].map((ending) => () => path + ending)

describe('a database file that is taken away while it is open', () => {
  it.each<[string, RegExp, () => Promise<void>]>([
    [
      'deleted with all that is beside it',
      /was deleted/,
      async () => {
        for (const file of FILES) rmSync(file())
      },
    ],
    ['deleted alone', /was deleted/, async () => rmSync(path)],
    ['moved', /was moved away/, async () => renameSync(path, `${path}.away`)],
    [
      'replaced by another',
      /was replaced by another|was deleted/,
      async () => {
        await backupSqlite(path, `${path}.copy`)
        renameSync(`${path}.copy`, path)
      },
    ],
    [
      'overwritten with a backup',
      /was overwritten/,
      async () => {
        await backupSqlite(path, `${path}.copy`)
        copyFileSync(`${path}.copy`, path)
      },
    ],
    ['emptied', /was overwritten/, async () => writeFileSync(path, '')],
  ])('%s stores nothing and reads nothing more', async (_what, message, take) => {
    await take()
    await expect(talk()).rejects.toMatchObject(refused(message))
    await expect(store.lastOffset()).rejects.toMatchObject(refused(message))
    const range = { kind: 'chat', chatId: 1, before: undefined, limit: 1 } as const
    await expect(store.readHistory(range)).rejects.toMatchObject(refused(message))
    await expect(store.uploads.sizeOf(1)).rejects.toMatchObject(refused(message))
  })

  it('meanwhile is not said to be stored in', async () => {
    const appended = talk()
    rmSync(path)
    await expect(appended).rejects.toMatchObject({ code: 'COMMIT_UNKNOWN' })
  })

  it('goes on once it is back, with what it had', async () => {
    for (const file of FILES) renameSync(file(), `${file()}.away`)
    await expect(talk()).rejects.toMatchObject(refused(/was moved away/))
    for (const file of FILES) renameSync(`${file()}.away`, file())
    await talk()
    await database.close(store)
    store = await database.open()
    expect(await readMessages(store, 0, 10)).toHaveLength(2)
  })

  it('is given up at once when it was deleted or overwritten', async () => {
    rmSync(path)
    await expect(talk()).rejects.toThrow()
    expect(await store.gone).toMatchObject(refused(/was deleted/))
  })

  it('is given up after a while when it does not come back, and not before', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    renameSync(path, `${path}.away`)
    await expect(talk()).rejects.toThrow()
    const isGone = () => Promise.race([store.gone!.then(() => true), Promise.resolve(false)])
    vi.advanceTimersByTime(9_000)
    await expect(talk()).rejects.toThrow()
    expect(await isGone()).toBe(false)
    vi.advanceTimersByTime(1_001)
    await expect(talk()).rejects.toThrow()
    expect(await store.gone).toMatchObject(refused(/was moved away/))
  })

  it('overwritten with a backup is that backup at the next start', async () => {
    await backupSqlite(path, `${path}.copy`)
    for (let i = 0; i < 20; i += 1) await talk()
    copyFileSync(`${path}.copy`, path)
    await expect(talk()).rejects.toThrow()
    await database.close(store)
    const again = await openAsAfterCrash()
    expect(await readMessages(again, 0, 100)).toHaveLength(1)
    expect(again.epoch).not.toBe(store.epoch)
    await again.close()
  })
})

describe('a write-ahead log that is deleted while it is in use', () => {
  it('is made anew where a search has the file open, too, and both go on', async () => {
    const find = () =>
      store.search({ text: 'hello', chat: undefined, before: undefined, limit: 10 })
    expect(await find()).toHaveLength(1)
    rmSync(`${path}-wal`)
    await talk()
    await talk()
    expect(existsSync(`${path}-wal`)).toBe(true)
    expect(await find()).toHaveLength(3)
  })

  it('is made anew, and nothing is lost', async () => {
    rmSync(`${path}-wal`)
    await talk()
    await talk()
    expect(existsSync(`${path}-wal`)).toBe(true)
    const again = await openAsAfterCrash()
    expect(await readMessages(again, 0, 10)).toHaveLength(3)
    await again.close()
  })
})
