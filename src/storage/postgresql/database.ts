import { ChatwsError } from '../../protocol/error.ts'
import type { BackEnd, Backup, Durability, DurableDatabase, Restored } from '../database.ts'
import { hidePassword } from '../hide-password.ts'

/** PostgreSQL: `postgresql://…` or `postgres://…`. */
export const postgresql: BackEnd = {
  schemes: ['postgresql', 'postgres'],
  example: 'postgresql://user@host/database',
  parse: (url) => (/^postgres(ql)?:\/\//.test(url) ? new PostgresqlDatabase(url) : undefined),
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
