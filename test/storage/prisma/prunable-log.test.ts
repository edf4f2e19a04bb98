import { expect, it } from 'vitest'
import type { PrismaDatabase } from '../../../src/storage/prisma/prisma-database.ts'
import { PrismaPrunableLog } from '../../../src/storage/prisma/prunable-log.ts'
import { sqliteDialect } from '../../../src/storage/sqlite/dialect.ts'
import type { UploadRecords } from '../../../src/storage/upload-records.ts'

const FULL = { code: 'P2010', meta: { driverAdapterError: { cause: { originalCode: '13' } } } }
const BUSY = { code: 'P2010', meta: { driverAdapterError: { cause: { kind: 'SocketTimeout' } } } }

/** A log whose transactions fail with these errors, one after the other, and then succeed. */
function failingLog(...errors: object[]) {
  const asked: string[] = []
  const database = {
    $queryRawUnsafe: async (sql: string) => void asked.push(sql),
    $transaction: async () => {
      asked.push('transaction')
      const error = errors.shift()
      if (error) throw error
    },
  } as unknown as PrismaDatabase
  const statements = { readTimes: '', deleteUpTo: [] }
  const log = new PrismaPrunableLog(database, sqliteDialect, statements, {} as UploadRecords)
  return { log, asked }
}

it('waits for the lock of another, in whichever form the driver tells of it', async () => {
  const { log, asked } = failingLog(BUSY, { code: 'P1008' }, BUSY)
  await log.deleteUpTo(1)
  expect(asked).toHaveLength(4)
})

it('gives room back where there is none, and tries again', async () => {
  const { log, asked } = failingLog(FULL)
  await log.deleteUpTo(1)
  expect(asked).toEqual(['transaction', 'PRAGMA wal_checkpoint(TRUNCATE)', 'transaction'])
})

it('says what to do where there is no room at all', async () => {
  const { log } = failingLog(FULL, FULL)
  await expect(log.deleteUpTo(1)).rejects.toMatchObject({
    code: 'STORAGE_UNAVAILABLE',
    message: expect.stringContaining('remove something else from it, and prune again'),
    cause: FULL,
  })
})
