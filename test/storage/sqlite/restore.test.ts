import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { createClient } from '@libsql/client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStore } from '../../../src/storage/open-store.ts'
import { backupSqlite } from '../../../src/storage/sqlite/backup.ts'
import { SqliteDatabase } from '../../../src/storage/sqlite/database.ts'
import { sqliteFileUrl } from '../../../src/storage/sqlite/raw-connection.ts'
import { restoreSqlite } from '../../../src/storage/sqlite/restore.ts'
import { appendMessages, readMessages } from '../append-messages.ts'
import { newEntry } from '../new-entry.ts'
import { TestDatabase } from '../test-database.ts'

const NOW = '2024-01-01T12:00:00.000Z'

let database: ReturnType<typeof TestDatabase.sqlite>
let path: string
let folder: string
let copy: string
beforeEach(() => {
  database = TestDatabase.sqlite()
  path = database.location.path
  folder = dirname(path)
  copy = join(folder, 'copy.db')
})
afterEach(() => database.drop())

/** Stores so many messages of a size; the store stays open. */
async function talk(count: number, content = 'hello') {
  const store = await database.open()
  const entries = Array.from({ length: count }, () => newEntry({ content }))
  await appendMessages(store, entries, NOW)
  return store
}

/** What stands in a folder after a process that had the database open was killed. */
function crashImage(): string {
  const image = join(folder, 'image')
  mkdirSync(image, { recursive: true })
  for (const ending of ['', '-wal', '-shm', '-position'])
    if (existsSync(path + ending)) copyFileSync(path + ending, join(image, `chat.db${ending}`))
  return join(image, 'chat.db')
}

async function contentOf(file: string) {
  const store = await openStore(new SqliteDatabase(file))
  const contents = (await readMessages(store, 0, 10_000)).map(({ content }) => content)
  const { epoch } = store
  await store.close()
  const client = createClient({ url: sqliteFileUrl(file) })
  const { rows } = await client.execute('PRAGMA integrity_check')
  client.close()
  return { contents, epoch, integrity: rows.map((row) => row.integrity_check) }
}

const beside = (file: string) =>
  readdirSync(dirname(file)).filter((name) => name.startsWith(basename(file)))

describe('a database that was closed', () => {
  it('is one file, and where its history stood', async () => {
    await database.close(await talk(20))
    expect(beside(path).sort()).toEqual(['test.db', 'test.db-position'])
    copyFileSync(path, copy)
    expect((await contentOf(copy)).contents).toHaveLength(20)
  })

  it('is one file too after a crash before, and after it was only migrated', async () => {
    await talk(20)
    const image = crashImage()
    const store = await openStore(new SqliteDatabase(image))
    expect(await readMessages(store, 0, 100)).toHaveLength(20)
    await store.close()
    expect(beside(image).sort()).toEqual(['chat.db', 'chat.db-position'])
    const fresh = join(folder, 'fresh.db')
    await new SqliteDatabase(fresh).migrate()
    expect(beside(fresh)).toEqual(['fresh.db'])
  })

  it('has everything in its file also where another still has it open', async () => {
    const store = await talk(20)
    const other = await database.open()
    await database.close(store)
    copyFileSync(path, copy)
    expect((await contentOf(copy)).contents).toHaveLength(20)
    expect(await readMessages(other, 0, 100)).toHaveLength(20)
  })
})

describe('the write-ahead log of a process that was killed', () => {
  it('is replayed into its own file', async () => {
    const store = await talk(20)
    const { contents, epoch } = await contentOf(crashImage())
    expect(contents).toHaveLength(20)
    expect(epoch).toBe(store.epoch)
  })

  it.each([
    ['a backup', (target: string) => backupSqlite(path, target)],
    ['a copy that SQLite made', (target: string) => database.query(`VACUUM INTO '${target}'`)],
    [
      'a copy of the file after an orderly stop',
      async (target: string) => {
        const store = await openStore(new SqliteDatabase(crashImage()))
        await store.close()
        copyFileSync(join(folder, 'image', 'chat.db'), target)
      },
    ],
  ])('is not replayed into %s that was copied over it', async (_what, makeCopy) => {
    const store = await talk(30)
    await makeCopy(copy)
    for (const count of [3, 2_000]) {
      await talk(count, 'later'.repeat(100))
      const image = crashImage()
      copyFileSync(copy, image)
      const { contents, epoch, integrity } = await contentOf(image)
      expect(contents).toEqual(Array.from({ length: 30 }, () => 'hello'))
      expect(integrity).toEqual(['ok'])
      expect(epoch).not.toBe(store.epoch)
    }
  })
})

describe('restoring', () => {
  it('puts the backup in place, with a history of its own and nothing beside it', async () => {
    const store = await talk(30)
    await backupSqlite(path, copy)
    await talk(10, 'later')
    const image = crashImage()
    const before = readFileSync(copy)
    const { lastOffset, epoch } = await restoreSqlite(image, copy)
    expect(lastOffset).toBe(30)
    expect(epoch).not.toBe(store.epoch)
    expect(beside(image).sort()).toEqual(['chat.db', 'chat.db-position'])
    const restored = await contentOf(image)
    expect(restored).toMatchObject({ epoch, integrity: ['ok'] })
    expect(restored.contents).toEqual(Array.from({ length: 30 }, () => 'hello'))
    expect(readFileSync(copy).equals(before)).toBe(true)
  })

  it('makes a database where there is none, and one of a damaged one', async () => {
    await talk(3)
    await backupSqlite(path, copy)
    const fresh = join(folder, 'fresh.db')
    await restoreSqlite(fresh, copy)
    expect((await contentOf(fresh)).contents).toHaveLength(3)
    const damaged = join(folder, 'damaged.db')
    writeFileSync(damaged, 'not a database at all '.repeat(400))
    await restoreSqlite(damaged, copy)
    expect((await contentOf(damaged)).contents).toHaveLength(3)
  })

  it('takes what is only in the log of a copied folder too', async () => {
    await talk(3)
    const image = crashImage()
    const fresh = join(folder, 'fresh.db')
    expect(await restoreSqlite(fresh, image)).toMatchObject({ lastOffset: 3 })
  })

  it('is refused while the database is open, which stays as it is', async () => {
    await database.close(await talk(3))
    await backupSqlite(path, copy)
    const store = await talk(1)
    await expect(restoreSqlite(path, copy)).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
      message: expect.stringContaining(`${path} is in use: stop the server`),
    })
    expect(await readMessages(store, 0, 10)).toHaveLength(4)
    await appendMessages(store, [newEntry()], NOW)
    expect(await store.lastOffset()).toBe(5)
    expect(beside(path).filter((name) => name.includes('partial'))).toEqual([])
  })

  it.each([
    ['is not there', async () => {}, /There is no database/],
    ['is no database', async () => writeFileSync(copy, 'x'.repeat(9_000)), /cannot be copied/],
    [
      'is no database of chatws',
      async () => {
        const client = createClient({ url: sqliteFileUrl(copy) })
        await client.execute('CREATE TABLE other (a)')
        client.close()
      },
      /no such table: log/,
    ],
    [
      'is of another version',
      async () => {
        await backupSqlite(path, copy)
        const client = createClient({ url: sqliteFileUrl(copy) })
        await client.execute("UPDATE _prisma_migrations SET migration_name = '2999_new'")
        client.close()
      },
      /newer chatws/,
    ],
    ['is the database itself', async () => (copy = path), /is the database itself/],
  ])('from what %s changes nothing', async (_what, prepare, message) => {
    const store = await talk(3)
    await prepare()
    await database.close(store)
    const names = beside(path)
    await expect(restoreSqlite(path, copy)).rejects.toThrow(message)
    expect(beside(path)).toEqual(names)
    const again = await contentOf(path)
    expect(again).toMatchObject({ epoch: store.epoch, integrity: ['ok'] })
    expect(again.contents).toHaveLength(3)
  })
})
