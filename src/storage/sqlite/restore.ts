import { existsSync, realpathSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { ChatwsError } from '../../protocol/error.ts'
import type { Restored } from '../database.ts'
import { isBusy } from '../prisma/prisma-database.ts'
import type { RawConnection } from '../prisma/raw-connection.ts'
import { withCopy } from './backup.ts'
import { SqliteLineage } from './lineage.ts'
import { connectSqlite } from './raw-connection.ts'
import { SEARCH_FILES } from './search-files.ts'
import { removeStaleWal } from './stale-wal.ts'
import { readSqliteStatus } from './status.ts'
import { syncFolderOf } from './sync-file.ts'

/**
 * Puts a copy of `backup` in the place of the SQLite file at `path`, with nothing left of what
 * stood beside that, and begins a new epoch: clients start anew instead of going on from offsets
 * that the backup does not have. Nothing changes unless the backup is whole and nobody has the file
 * open. Throws OUTPUT_FAILED, DATABASE_UNAVAILABLE and DATABASE_INCOMPATIBLE.
 */
export async function restoreSqlite(
  path: string,
  backup: string,
  onBegin = () => {},
): Promise<Restored> {
  if (!existsSync(dirname(resolve(path))))
    throw new ChatwsError('OUTPUT_FAILED', `The folder ${dirname(resolve(path))} does not exist`)
  if (existsSync(path) && existsSync(backup) && realpathSync(path) === realpathSync(backup))
    throw new ChatwsError('OUTPUT_FAILED', `${backup} is the database itself, not a backup of it`)
  return withCopy({ path: backup, target: path, onBegin }, async (draft, restored) => {
    const { problem } = await readSqliteStatus(draft)
    if (problem !== undefined) throw new ChatwsError('DATABASE_INCOMPATIBLE', problem)
    const unlock = await lock(path)
    try {
      for (const ending of ['-wal', '-shm', '-journal', '-position', ...SEARCH_FILES])
        await rm(path + ending, { force: true })
      await rename(draft, path)
      await syncFolderOf(path)
    } finally {
      await unlock()
    }
    const { epoch, lastOffset: offset } = restored
    await new SqliteLineage(`${path}-position`).note({ epoch, offset })
    return restored
  })
}

/** Keeps everybody else from the file until the returned function is called. */
async function lock(path: string): Promise<() => Promise<void>> {
  removeStaleWal(path)
  const connection = await connectSqlite(path)
  if (!connection) return async () => {}
  try {
    // Only who is alone can end write-ahead logging: a server has the file open all the time.
    await connection.query('PRAGMA journal_mode = DELETE')
    await connection.query('BEGIN EXCLUSIVE')
  } catch (error) {
    await connection.close()
    if (isBusy(error)) throw isInUse(path, error)
    if (!isUnreadable(error)) throw error
    return async () => {}
  }
  return () => unlock(connection)
}

async function unlock(connection: RawConnection): Promise<void> {
  await connection.query('ROLLBACK')
  await connection.close()
}

function isInUse(path: string, cause: unknown): ChatwsError {
  const message = `${path} is in use: stop the server, and whatever else has it open, first`
  return new ChatwsError('DATABASE_UNAVAILABLE', message, { cause })
}

/** Whether a file is damaged or no database at all: what a restore is for. */
function isUnreadable(error: unknown): boolean {
  const { cause, rawCode } = error as { cause?: { originalCode?: string }; rawCode?: number }
  const code = Number(cause?.originalCode ?? rawCode ?? 0) & 0xff
  return code === 11 || code === 26
}
