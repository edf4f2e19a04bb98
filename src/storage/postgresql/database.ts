import { ChatwsError } from '../../protocol/error.ts'
import { hidePassword } from '../../protocol/hide-password.ts'
import type { BackEnd, Backup, Durability, DurableDatabase, Restored } from '../database.ts'

/** PostgreSQL: `postgresql://…` or `postgres://…`. */
export const postgresql: BackEnd = {
  schemes: ['postgresql', 'postgres'],
  example: 'postgresql://user@host/database',
  parse(url) {
    if (!/^postgres(ql)?:\/\//i.test(url)) return undefined
    const unknown = unknownParameters(url)
    if (unknown.length === 0) return new PostgresqlDatabase(url)
    throw new ChatwsError(
      'USAGE',
      `"${hidePassword(url)}" has parameters that nothing here would read: ${unknown.join(', ')}. ` +
        `These are understood: ${[...PARAMETERS].join(', ')}`,
    )
  },
}

/** The parameters of a connection string that the driver reads; it passes over any other. */
const PARAMETERS = new Set([
  ...['host', 'port', 'user', 'password', 'options', 'client_encoding', 'replication'],
  ...['application_name', 'fallback_application_name', 'ssl', 'sslmode', 'sslcert', 'sslkey'],
  ...['sslrootcert', 'sslnegotiation', 'uselibpqcompat', 'statement_timeout', 'lock_timeout'],
  ...['idle_in_transaction_session_timeout', 'query_timeout'],
])

function unknownParameters(url: string): string[] {
  const names = [...new URLSearchParams(url.split('?').slice(1).join('?')).keys()]
  return names.filter((name) => !PARAMETERS.has(name)).map((name) => JSON.stringify(name))
}

/** A PostgreSQL database, which must exist. */
export class PostgresqlDatabase implements DurableDatabase {
  readonly provider = 'postgresql'
  readonly connectionString: string

  constructor(connectionString: string) {
    this.connectionString = connectionString
  }

  get isDurable(): true {
    return true
  }

  get providerName() {
    return 'PostgreSQL'
  }

  get description() {
    return hidePassword(this.connectionString)
  }

  get folder() {
    return undefined
  }

  async open(durability: Durability) {
    const { openPostgresql } = await import('./open.ts')
    return openPostgresql(this.connectionString, durability)
  }

  async migrate() {
    const { migratePostgresqlAt } = await import('./open.ts')
    return migratePostgresqlAt(this.connectionString)
  }

  async readStatus() {
    const { readPostgresqlStatus } = await import('./status.ts')
    return readPostgresqlStatus(this.connectionString)
  }

  async backup(target: string): Promise<Backup> {
    throw ownTool(`pg_dump --format=custom --file=${target} '${this.description}'`)
  }

  async restore(backup: string): Promise<Restored> {
    throw ownTool(
      `pg_restore --clean --if-exists --dbname='${this.description}' ${backup}\n` +
        'The server notices that the tables are others, and begins a new epoch',
    )
  }
}

function ownTool(command: string): ChatwsError {
  return new ChatwsError(
    'USAGE',
    `PostgreSQL has a tool for this, which also takes roles and other schemas into account:\n${command}`,
  )
}
