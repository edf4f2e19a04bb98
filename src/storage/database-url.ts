import { fileURLToPath, pathToFileURL } from 'node:url'
import { ChatwsError } from '../protocol/error.ts'

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
  if (url.startsWith('file://')) return { provider: 'sqlite', path: fileURLToPath(url) }
  if (url.startsWith('file:')) return { provider: 'sqlite', path: url.slice('file:'.length) }
  if (url === '' || /^[a-z][a-z0-9+.-]+:/i.test(url))
    throw new ChatwsError(
      'USAGE',
      `"${hidePassword(url)}" is not a database chatws knows: give a file (./chatws.db, file:./chatws.db) or a postgresql:// URL`,
    )
  return { provider: 'sqlite', path: url }
}

/** The location in words fit for a log: no password. */
export function describeDatabase(location: DatabaseLocation): string {
  return location.provider === 'sqlite' ? location.path : hidePassword(location.connectionString)
}

/** The `file:` URL of an SQLite file, with what a URL cannot hold escaped. */
export function sqliteFileUrl(path: string): string {
  return pathToFileURL(path).href
}

function hidePassword(url: string): string {
  return url.replace(/^([a-z+]+:\/\/[^/@:]*):[^@]*@/i, '$1:***@')
}
