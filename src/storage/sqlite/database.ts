import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BackEnd, Durability, DurableDatabase } from '../database.ts'

/** SQLite: `file:…`, or the plain path of a file. */
export const sqlite: BackEnd = {
  schemes: ['file'],
  example: './chatws.db (or file:./chatws.db)',
  parse(url) {
    const path = pathOf(url)
    return path ? new SqliteDatabase(path) : undefined
  },
}

/** An SQLite file. */
export class SqliteDatabase implements DurableDatabase {
  readonly provider = 'sqlite'
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  get isDurable(): true {
    return true
  }

  get providerName() {
    return 'SQLite'
  }

  get description() {
    return this.path
  }

  get folder() {
    return dirname(resolve(this.path))
  }

  async open(durability: Durability) {
    const { openSqlite } = await import('./open.ts')
    return openSqlite(this.path, durability)
  }

  async migrate() {
    const { migrateSqliteFile } = await import('./open.ts')
    return migrateSqliteFile(this.path, 'full')
  }

  async readStatus() {
    const { readSqliteStatus } = await import('./status.ts')
    return readSqliteStatus(this.path)
  }

  async backup(target: string, onBegin: () => void) {
    const { backupSqlite } = await import('./backup.ts')
    return backupSqlite(this.path, target, onBegin)
  }

  async restore(backup: string, onBegin: () => void) {
    const { restoreSqlite } = await import('./restore.ts')
    return restoreSqlite(this.path, backup, onBegin)
  }
}

/**
 * The file that a URL or path names; undefined where it names none: neither SQLite's databases in
 * memory, which would be files of such names here, nor parameters, which nobody would read.
 */
function pathOf(url: string): string | undefined {
  if (/^(file:)?:memory:/i.test(url) || /^file:.*[?#]|\?[\w-]+=/i.test(url)) return undefined
  if (/^file:\/\//i.test(url)) {
    try {
      return fileURLToPath(url)
    } catch {
      return undefined
    }
  }
  return url.replace(/^file:/i, '')
}
