import { existsSync, readdirSync, readlinkSync } from 'node:fs'
import { createClient } from '@libsql/client'
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SqliteAdapterFactory } from '../../../src/storage/sqlite/adapter.ts'
import { sqliteFileUrl } from '../../../src/storage/sqlite/raw-connection.ts'
import { readMessages } from '../append-messages.ts'
import { newEntry } from '../new-entry.ts'
import { TestDatabase } from '../test-database.ts'

const NOW = '2024-01-01T12:00:00.123Z'
const BUSY = { name: 'ChatwsError', code: 'STORAGE_UNAVAILABLE', retryable: true }

let database: ReturnType<typeof TestDatabase.sqlite>

beforeEach(() => {
  database = TestDatabase.sqlite()
})
afterEach(() => database.drop())

/** Takes the database's write lock from a connection of its own; returns what lets go of it. */
async function lockDatabase(): Promise<() => Promise<void>> {
  const client = createClient({ url: sqliteFileUrl(database.location.path) })
  const transaction = await client.transaction('write')
  return async () => {
    await transaction.rollback()
    client.close()
  }
}

const query = (sql: string) => ({ sql, args: [], argTypes: [] })

describe('a database that another process has locked', () => {
  it('refuses appends as retryable, and stores them once it is free', async () => {
    const store = await database.open()
    await store.append([newEntry({ content: 'before' })], NOW)
    const unlock = await lockDatabase()
    await expect(store.append([newEntry({ content: 'a' })], NOW)).rejects.toMatchObject(BUSY)
    await expect(store.append([newEntry({ content: 'b' })], NOW)).rejects.toMatchObject(BUSY)
    await unlock()
    expect(await store.append([newEntry({ content: 'a' })], NOW)).toMatchObject([
      { entry: { offset: 2 }, repeated: false },
    ])
  })

  it('keeps what was appended after it was free (prisma/orm#30028)', async () => {
    const store = await database.open()
    const unlock = await lockDatabase()
    await expect(store.append([newEntry()], NOW)).rejects.toMatchObject(BUSY)
    await unlock()
    for (const content of ['a', 'b', 'c']) await store.append([newEntry({ content })], NOW)

    // Another connection sees only what is committed.
    const rows = await database.query('SELECT content, "offset" FROM messages ORDER BY "offset"')
    expect(rows.map(({ content }) => content)).toEqual(['a', 'b', 'c'])
    await database.close(store)
    const reopened = await database.open()
    expect(await reopened.lastOffset()).toBe(3)
    expect((await readMessages(reopened, 0, 10)).map(({ content }) => content)).toEqual([
      'a',
      'b',
      'c',
    ])
  })

  it('can be read all the while', async () => {
    const store = await database.open()
    await store.append([newEntry({ content: 'before' })], NOW)
    const unlock = await lockDatabase()
    expect(await store.readAfter(0, 10)).toMatchObject([{ content: 'before' }])
    expect(await store.lastOffset()).toBe(1)
    await unlock()
  })

  it('refuses each of many appends at once, and none is stored later', async () => {
    const store = await database.open()
    const unlock = await lockDatabase()
    const outcomes = await Promise.allSettled(
      [1, 2, 3, 4].map((chatId) => store.append([newEntry({ chatId })], NOW)),
    )
    await unlock()
    expect(outcomes.map(({ status }) => status)).toEqual(Array(4).fill('rejected'))
    expect(await store.lastOffset()).toBe(0)
    expect(await database.query('SELECT * FROM messages')).toEqual([])
  })
})

describe('the connection', () => {
  const pragmas = async (connection: SqlDriverAdapter) => {
    const names = ['journal_mode', 'synchronous', 'foreign_keys', 'busy_timeout']
    const values: unknown[] = []
    for (const name of names)
      values.push((await connection.queryRaw(query(`PRAGMA ${name}`))).rows[0]![0])
    return Object.fromEntries(names.map((name, i) => [name, Number(values[i]) || values[i]]))
  }
  /** 1 is NORMAL. */
  const SET = { journal_mode: 'wal', synchronous: 1, foreign_keys: 1, busy_timeout: 50 }

  let connection: SqlDriverAdapter
  beforeEach(async () => {
    connection = await new SqliteAdapterFactory(database.location.path, 'process').connect()
    await connection.executeScript('CREATE TABLE numbers (n INTEGER NOT NULL)')
  })
  afterEach(() => connection.dispose())

  const numbers = async () => (await connection.queryRaw(query('SELECT n FROM numbers'))).rows

  it('has its settings at once', async () => {
    expect(await pragmas(connection)).toEqual(SET)
  })

  it('has its settings after a transaction was committed, and after one was rolled back', async () => {
    const first = await connection.startTransaction()
    await first.executeRaw(query('INSERT INTO numbers VALUES (1)'))
    await first.commit()
    expect(await pragmas(connection)).toEqual(SET)
    const second = await connection.startTransaction()
    await second.executeRaw(query('INSERT INTO numbers VALUES (2)'))
    await second.rollback()
    expect(await pragmas(connection)).toEqual(SET)
    expect(await numbers()).toEqual([[1]])
  })

  it('has its settings after the database was locked', async () => {
    const unlock = await lockDatabase()
    await expect(connection.startTransaction()).rejects.toThrow()
    await expect(connection.executeRaw(query('INSERT INTO numbers VALUES (1)'))).rejects.toThrow()
    await unlock()
    expect(await pragmas(connection)).toEqual(SET)
  })

  it('lets a transaction finish before anything else runs', async () => {
    const first = await connection.startTransaction()
    const order: string[] = []
    const note = (what: string) => () => void order.push(what)
    const later = [
      connection.executeRaw(query('INSERT INTO numbers VALUES (2)')).then(note('statement')),
      connection.startTransaction().then((second) => second.commit().then(note('second'))),
      connection.queryRaw(query('SELECT n FROM numbers')).then(note('read')),
    ]
    await first.executeRaw(query('INSERT INTO numbers VALUES (1)'))
    await first.commit().then(note('first'))
    await Promise.all(later)
    expect(order).toEqual(['first', 'statement', 'second', 'read'])
    expect(await numbers()).toEqual([[1], [2]])
  })

  it('goes on after a transaction whose statement failed', async () => {
    const transaction = await connection.startTransaction()
    const wrong = transaction.executeRaw(query('INSERT INTO numbers VALUES (NULL)'))
    await expect(wrong).rejects.toThrow()
    await transaction.rollback()
    await connection.executeRaw(query('INSERT INTO numbers VALUES (3)'))
    expect(await numbers()).toEqual([[3]])
  })
})

describe.skipIf(!existsSync('/proc/self/fd'))('the descriptors of the process', () => {
  /** How many of them are open on the database's files. */
  const countDescriptors = () =>
    readdirSync('/proc/self/fd').filter((descriptor) => {
      try {
        return readlinkSync(`/proc/self/fd/${descriptor}`).startsWith(database.location.path)
      } catch {
        return false // The descriptor that read the folder is closed by now.
      }
    }).length

  it('do not grow over 200 appends', async () => {
    const store = await database.open()
    await store.append([newEntry()], NOW)
    const before = countDescriptors()
    expect(before).toBeGreaterThan(0)
    for (let i = 0; i < 200; i += 1) await store.append([newEntry()], NOW)
    expect(countDescriptors()).toBe(before)
  })

  it('do not grow while the database is locked (tursodatabase/libsql-js#230)', async () => {
    const store = await database.open()
    const unlock = await lockDatabase()
    const before = countDescriptors()
    for (let i = 0; i < 5; i += 1)
      await expect(store.append([newEntry()], NOW)).rejects.toMatchObject(BUSY)
    expect(countDescriptors()).toBe(before)
    await unlock()
  })
})
