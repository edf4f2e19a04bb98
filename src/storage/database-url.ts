import { ChatwsError } from '../protocol/error.ts'
import { hidePassword } from '../protocol/hide-password.ts'
import type { BackEnd, Database } from './database.ts'
import { memory } from './memory/database.ts'
import { postgresql } from './postgresql/database.ts'
import { sqlite } from './sqlite/database.ts'

/** Every kind of database that chatws knows; a text without a scheme is the path of the first's. */
const BACK_ENDS: readonly BackEnd[] = [sqlite, postgresql, memory]

/** The database that a URL or path names. Throws USAGE where it names none. */
export function parseDatabaseUrl(url: string): Database {
  // A single letter is a drive of Windows.
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(url)?.[1]?.toLowerCase()
  const backEnd =
    scheme === undefined ? BACK_ENDS[0] : BACK_ENDS.find(({ schemes }) => schemes.includes(scheme))
  const database = backEnd?.parse(url)
  if (database) return database
  const examples = BACK_ENDS.map(({ example }) => example).join(', ')
  throw new ChatwsError(
    'USAGE',
    `"${hidePassword(url)}" is not a database chatws knows: give one like ${examples}`,
  )
}
