import { setTimeout as sleep } from 'node:timers/promises'
import { ChatwsError } from '../../protocol/error.ts'

/** What the store uses of a generated Prisma client, whichever provider it was generated for. */
export interface RawQueries {
  $queryRawUnsafe<T>(sql: string, ...values: unknown[]): Promise<T>
  $executeRawUnsafe(sql: string, ...values: unknown[]): Promise<number>
}

export interface PrismaDatabase extends RawQueries {
  $transaction<T>(
    work: (tx: RawQueries) => Promise<T>,
    options: { maxWait: number; timeout: number },
  ): Promise<T>
  $disconnect(): Promise<void>
}

/** How long a transaction may wait for its turn and how long it may then take. */
const TRANSACTION = { maxWait: 10_000, timeout: 30_000 }

/** Runs `work` in a transaction. Throws as `storageErrors` does, and COMMIT_UNKNOWN. */
export async function inTransaction<T>(
  database: PrismaDatabase,
  work: (tx: RawQueries) => Promise<T>,
): Promise<T> {
  let isCommitting = false
  const commit = async (tx: RawQueries) => {
    const result = await work(tx)
    isCommitting = true
    return result
  }
  return storageErrors(
    () => database.$transaction(commit, TRANSACTION),
    () => isCommitting,
  )
}

/**
 * Runs `work` on the database. Throws STORAGE_REJECTED when the database refuses the data,
 * STORAGE_UNAVAILABLE when it does not answer, and COMMIT_UNKNOWN where that may have come after
 * the commit.
 */
export async function storageErrors<T>(
  work: () => Promise<T>,
  isCommitting: () => boolean = () => false,
): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof ChatwsError) throw cause
    if (isRejection(cause))
      throw new ChatwsError('STORAGE_REJECTED', 'The database refuses the data', { cause })
    if (isCommitting())
      throw new ChatwsError('COMMIT_UNKNOWN', 'The database was lost while committing', { cause })
    throw new ChatwsError('STORAGE_UNAVAILABLE', 'The database does not answer', { cause })
  }
}

/** Primary result codes of SQLite for data it refuses: TOOBIG, CONSTRAINT, MISMATCH. */
const SQLITE_REJECTIONS = [18, 19, 20]

/** Whether the database itself found fault with the data: SQLSTATE classes 22 and 23 in PostgreSQL. */
function isRejection(error: unknown): boolean {
  const { meta } = error as {
    meta?: { driverAdapterError?: { cause?: { originalCode?: string } } }
  }
  const code = meta?.driverAdapterError?.cause?.originalCode ?? ''
  if (/^\d{1,4}$/.test(code)) return SQLITE_REJECTIONS.includes(Number(code) & 0xff)
  return /^2[23].{3}$/.test(code)
}

/** The pause before something is tried again that met another's lock. */
const BUSY_PAUSE_MS = 20

/** How long another's lock may keep something small from being stored before that fails. */
const WRITE_TIMEOUT_MS = 1_000

/** Stores something small, by itself, and waits a little for the lock of another. Throws as `storageErrors`. */
export function storing<T>(work: () => Promise<T>): Promise<T> {
  return storageErrors(() => untilFree(work, WRITE_TIMEOUT_MS))
}

/** Does `work`, again and again while another's lock is in the way, for a time at most. */
export async function untilFree<T>(work: () => Promise<T>, timeoutMs: number): Promise<T> {
  const giveUpMs = performance.now() + timeoutMs
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!isBusy(error) || performance.now() > giveUpMs) throw error
      await sleep(BUSY_PAUSE_MS)
    }
  }
}

/** What SQLite, PostgreSQL and the system call a disk without room. */
const FULL = ['13', '53100', 'ENOSPC', 'EDQUOT']

/** Whether there is no room left where the database is. */
export function isFull(error: unknown): boolean {
  const { cause, meta, originalCode, code } = error as {
    code?: string
    cause?: unknown
    meta?: { driverAdapterError?: unknown }
    originalCode?: string
  }
  if (FULL.includes(originalCode ?? code ?? '')) return true
  return [cause, meta?.driverAdapterError].some((inner) => inner !== undefined && isFull(inner))
}

/**
 * Whether another's lock is what was in the way: Prisma's client says it with a code, its SQLite
 * adapter in a cause, and for raw statements the client hands the adapter's error on.
 */
export function isBusy(error: unknown): boolean {
  const { code, kind, cause, meta } = error as {
    code?: string
    kind?: string
    cause?: unknown
    meta?: { driverAdapterError?: unknown }
  }
  if (code === 'P1008' || kind === 'SocketTimeout') return true
  return [cause, meta?.driverAdapterError].some((inner) => inner !== undefined && isBusy(inner))
}
