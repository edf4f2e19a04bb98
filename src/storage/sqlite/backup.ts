import { existsSync, statSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { ChatwsError } from '../../protocol/error.ts'
import type { Backup } from '../database.ts'
import { connectSqlite } from './raw-connection.ts'

/**
 * Copies an SQLite database as it is at one moment, while servers go on writing to it, and checks
 * the copy. The file `target` appears only when the copy is whole. Throws OUTPUT_FAILED.
 */
export async function backupSqlite(path: string, target: string): Promise<Backup> {
  if (existsSync(target))
    throw new ChatwsError('OUTPUT_FAILED', `${target} is there already: name another file`)
  const draft = `${target}.partial`
  await rm(draft, { force: true })
  try {
    await copy(path, draft)
    const lastOffset = await check(draft)
    await sync(draft)
    await rename(draft, target)
    return { sizeBytes: statSync(target).size, lastOffset }
  } catch (cause) {
    await rm(draft, { force: true })
    if (cause instanceof ChatwsError) throw cause
    const { message } = cause as Error
    throw new ChatwsError('OUTPUT_FAILED', `The database cannot be copied: ${message}`, { cause })
  }
}

async function copy(path: string, draft: string): Promise<void> {
  const connection = await connectSqlite(path)
  if (!connection) throw new ChatwsError('OUTPUT_FAILED', `There is no database ${path}`)
  try {
    await connection.query('VACUUM INTO ?', [draft])
  } finally {
    await connection.close()
  }
}

/** The newest offset in a copy that SQLite finds in order. */
async function check(path: string): Promise<number> {
  const connection = await connectSqlite(path)
  try {
    const [result] = await connection!.query('PRAGMA quick_check(1)')
    if (result?.quick_check !== 'ok')
      throw new ChatwsError('OUTPUT_FAILED', `The copy is damaged: ${result?.quick_check}`)
    const [log] = await connection!.query('SELECT last_offset FROM log')
    return Number(log?.last_offset ?? 0)
  } finally {
    await connection!.close()
  }
}

/** What is said to be a backup must survive a power cut. */
async function sync(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
