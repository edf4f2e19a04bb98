import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isBusy, isFull } from '../../../src/storage/prisma/prisma-database.ts'
import { backupSqlite } from '../../../src/storage/sqlite/backup.ts'
import type { Store } from '../../../src/storage/store.ts'
import { appendMessages } from '../append-messages.ts'
import { newEntry } from '../new-entry.ts'
import { TestDatabase } from '../test-database.ts'

const NOW = '2024-01-01T12:00:00.000Z'

let database: ReturnType<typeof TestDatabase.sqlite>
let store: Store
beforeEach(async () => {
  database = TestDatabase.sqlite()
  store = await database.open()
})
afterEach(() => database.drop())

describe('an error of the driver', () => {
  const cause = { kind: 'sqlite', originalCode: '13' }
  it.each([
    ['as the adapter throws it', { cause }],
    ['as Prisma hands it on', { code: 'P2010', meta: { driverAdapterError: { cause } } }],
    ['wrapped in another', { cause: { code: 'P2010', meta: { driverAdapterError: { cause } } } }],
    ['of PostgreSQL', { meta: { driverAdapterError: { cause: { originalCode: '53100' } } } }],
  ])('%s tells that the disk is full', (_what, error) => {
    expect(isFull(error)).toBe(true)
    expect(isBusy(error)).toBe(false)
  })

  it.each([
    ['a code of Prisma', { code: 'P1008' }],
    ['as the adapter throws it', { cause: { kind: 'SocketTimeout' } }],
    [
      'as Prisma hands it on for a raw statement',
      { code: 'P2010', meta: { driverAdapterError: { cause: { kind: 'SocketTimeout' } } } },
    ],
  ])('%s tells that another has the lock', (_what, error) => {
    expect(isBusy(error)).toBe(true)
    expect(isFull(error)).toBe(false)
  })
})

it('a copy that fails leaves no file behind', async () => {
  await appendMessages(store, [newEntry()], NOW)
  const folder = dirname(database.location.path)
  const before = readdirSync(folder).sort()
  await expect(
    backupSqlite(database.location.path, join(folder, 'no', 'copy.db')),
  ).rejects.toThrow()
  expect(readdirSync(folder).sort()).toEqual(before)
})
