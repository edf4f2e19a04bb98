import { closeSync, openSync, readSync, rmSync, statSync } from 'node:fs'
import { isWatched } from './file-guard.ts'
import { SEARCH_FILES } from './search-files.ts'

/** Where a database file says how it is written, and what it says where that is without a WAL. */
const WRITE_VERSION_AT = 18
const WITHOUT_WAL = 1

/**
 * Removes what stands beside an SQLite file and is not of it: the write-ahead log of another file
 * that was there before, which SQLite would replay into this one. A file whose log is its own says
 * in its header that it has one (https://www.sqlite.org/fileformat2.html#file_format_version_numbers);
 * a backup, or a file that a server closed in order, says that it has none.
 */
export function removeStaleWal(path: string): void {
  // Looking into a file that this process has open would take SQLite's locks on it away.
  if (isWatched(path)) return
  // In this order: a file says that it has a log before it gets one.
  const wal = statSync(`${path}-wal`, { throwIfNoEntry: false })
  if (!wal || wal.size === 0) return
  if (readWriteVersion(path) !== WITHOUT_WAL) return
  if (statSync(`${path}-wal`, { throwIfNoEntry: false })?.ino !== wal.ino) return
  // The position too: it is that of the other file, and clients must not go on from there.
  for (const ending of ['-wal', '-shm', '-position', ...SEARCH_FILES])
    rmSync(path + ending, { force: true })
}

/** Undefined where there is no such file, or one too short to say. */
function readWriteVersion(path: string): number | undefined {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch {
    return undefined
  }
  try {
    const byte = Buffer.alloc(1)
    return readSync(file, byte, 0, 1, WRITE_VERSION_AT) === 1 ? byte[0] : undefined
  } finally {
    closeSync(file)
  }
}
