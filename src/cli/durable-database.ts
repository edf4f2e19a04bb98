import { ChatwsError } from '../protocol/error.ts'
import type { DurableDatabase } from '../storage/database.ts'
import { parseDatabaseUrl } from '../storage/database-url.ts'
import { usingOption } from './option-error.ts'

/** The database that is to be looked after. Throws USAGE for one that keeps nothing. */
export function durable({ databaseUrl }: { readonly databaseUrl: string }): DurableDatabase {
  return usingOption('databaseUrl', () => {
    const database = parseDatabaseUrl(databaseUrl)
    if (database.isDurable) return database
    throw new ChatwsError(
      'USAGE',
      `${database.description} keeps nothing: it is in the server's process, and ends with it`,
    )
  })
}
