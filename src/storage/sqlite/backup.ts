import { randomUUID } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { link, open, rename, rm } from 'node:fs/promises'
import { ChatwsError } from '../../protocol/error.ts'
import type { Backup, Restored } from '../database.ts'
import { untilFree } from '../prisma/prisma-database.ts'
import type { RawConnection } from '../prisma/raw-connection.ts'
import { createPrivateFile } from './private-file.ts'
import { connectSqlite } from './raw-connection.ts'
import { syncFile, syncFolderOf } from './sync-file.ts'

/** How long to wait for whoever keeps others from reading the database. */
const BUSY_TIMEOUT_MS = 15_000

/** What a file system says that has no hard links. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']

/**
 * Copies an SQLite database as it is at one moment, while servers go on writing to it, and checks
 * the copy. The file `target` appears only when the copy is whole, and takes no other's place.
 * Throws OUTPUT_FAILED.
 */
export async function backupSqlite(
  path: string,
  target: string,
  onBegin = () => {},
): Promise<Backup> {
  if (existsSync(target)) throw isThere(target)
  return withCopy({ path, target, onBegin }, async (draft, { sizeBytes, lastOffset }) => {
    await moveTo(draft, target)
    return { sizeBytes, lastOffset }
  })
}

interface Copying {
  /** The database. */
  readonly path: string
  /** The copy is made beside this file. */
  readonly target: string
  /** Called when the copying begins, which may take long. */
  readonly onBegin: () => void
}

/**
 * Runs `work` with a checked copy of a database, in a file beside `target` that is gone afterwards
 * if it is still there. The copy has an epoch of its own: whatever is stored in it is another
 * history than what the database went on with. Throws OUTPUT_FAILED.
 */
export async function withCopy<T>(
  { path, target, onBegin }: Copying,
  work: (draft: string, copied: Restored) => Promise<T>,
): Promise<T> {
  const draft = `${target}.${randomUUID().slice(0, 8)}.partial`
  try {
    await copy(path, draft, onBegin)
    const log = await finish(draft)
    await syncFile(draft)
    return await work(draft, { sizeBytes: statSync(draft).size, ...log })
  } catch (cause) {
    if (cause instanceof ChatwsError) throw cause
    const { message } = cause as Error
    throw new ChatwsError('OUTPUT_FAILED', `The database cannot be copied: ${message}`, { cause })
  } finally {
    for (const ending of ['', '-journal']) await rm(draft + ending, { force: true })
  }
}

async function copy(path: string, draft: string, onBegin: () => void): Promise<void> {
  await withConnection(path, (connection) => connection.query('PRAGMA schema_version'))
  onBegin()
  // A connection of its own: after a statement that met a lock, libsql does no VACUUM on it.
  await withConnection(path, async (connection) => {
    await rm(draft, { force: true })
    // SQLite copies into a file that is there where that is empty.
    await createPrivateFile(draft)
    await connection.query('VACUUM INTO ?', [draft])
  })
}

/** Works with a database once nobody keeps others from it. Throws OUTPUT_FAILED where there is none. */
async function withConnection(
  path: string,
  work: (connection: RawConnection) => Promise<unknown>,
): Promise<void> {
  const connection = await connectSqlite(path)
  if (!connection) throw new ChatwsError('OUTPUT_FAILED', `There is no database ${path}`)
  try {
    await untilFree(() => work(connection), BUSY_TIMEOUT_MS)
  } finally {
    await connection.close()
  }
}

/** Checks a copy and begins its epoch. */
async function finish(path: string): Promise<Omit<Restored, 'sizeBytes'>> {
  const connection = await connectSqlite(path)
  try {
    const [result] = await connection!.query('PRAGMA quick_check(1)')
    if (result?.quick_check !== 'ok')
      throw new ChatwsError('OUTPUT_FAILED', `The copy is damaged: ${result?.quick_check}`)
    const epoch = randomUUID()
    await connection!.query('UPDATE log SET epoch = ?', [epoch])
    const [log] = await connection!.query('SELECT last_offset FROM log')
    return { epoch, lastOffset: Number(log?.last_offset ?? 0) }
  } finally {
    await connection!.close()
  }
}

/** Gives a file its name unless another has come to have it. */
async function moveTo(draft: string, target: string): Promise<void> {
  try {
    await link(draft, target)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') throw isThere(target)
    if (!NO_LINKS.includes(code)) throw error
    const claim = await open(target, 'wx').catch((cause: NodeJS.ErrnoException) => {
      throw cause.code === 'EEXIST' ? isThere(target) : cause
    })
    await claim.close()
    await rename(draft, target)
  }
  await syncFolderOf(target)
}

function isThere(target: string): ChatwsError {
  return new ChatwsError('OUTPUT_FAILED', `${target} is there already: name another file`)
}
