import { fileURLToPath, pathToFileURL } from 'node:url'
import { ChatwsError } from '../protocol/error.ts'

/** What a committed entry survives: the death of the process, or a power cut too. */
export type Durability = 'process' | 'full'

/** Where the log is stored. */
export type DatabaseLocation =
  | { provider: 'sqlite'; path: string }
  | { provider: 'postgresql'; connectionString: string }

/**
 * Reads a database URL: `postgresql://…` (or `postgres://`), `file:…`, or the plain path of an
 * SQLite file. Throws USAGE for anything else.
 */
export function parseDatabaseUrl(url: string): DatabaseLocation {
  if (/^postgres(ql)?:\/\//.test(url)) return { provider: 'postgresql', connectionString: url }
  const path = sqlitePath(url)
  if (path) return { provider: 'sqlite', path }
  throw new ChatwsError(
    'USAGE',
    `"${hidePassword(url)}" is not a database chatws knows: give a file (./chatws.db, file:./chatws.db) or a postgresql:// URL`,
  )
}

/** The file that a URL or path names; undefined where it names none. */
function sqlitePath(url: string): string | undefined {
  if (url.startsWith('file://')) {
    try {
      return fileURLToPath(url)
    } catch {
      return undefined
    }
  }
  if (url.startsWith('file:')) return url.slice('file:'.length)
  return /^[a-z][a-z0-9+.-]+:/i.test(url) ? undefined : url
}

/** The location in words fit for a log: no password. */
export function describeDatabase(location: DatabaseLocation): string {
  return location.provider === 'sqlite' ? location.path : hidePassword(location.connectionString)
}

/** The `file:` URL of an SQLite file, with what a URL cannot hold escaped. */
export function sqliteFileUrl(path: string): string {
  return pathToFileURL(path).href
}

/** The text without the password of a URL that it may be. */
export function hidePassword(url: string): string {
  return url
    .replace(/^([a-z][a-z0-9+.-]*:\/\/[^/@:]*):.*@/i, '$1:***@')
    .replace(/([?&]password=)[^&]*/gi, '$1***')
}
