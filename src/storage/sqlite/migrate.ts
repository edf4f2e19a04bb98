import { createHash } from 'node:crypto'
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils'
import { type MigrationRecord, pendingMigrations, readMigrations } from '../prisma/migrations.ts'

/** As Prisma's engine creates it; its times are integers, milliseconds since the epoch. */
const CREATE_RECORDS = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
    "id"                    TEXT PRIMARY KEY NOT NULL,
    "checksum"              TEXT NOT NULL,
    "finished_at"           DATETIME,
    "migration_name"        TEXT NOT NULL,
    "logs"                  TEXT,
    "rolled_back_at"        DATETIME,
    "started_at"            DATETIME NOT NULL DEFAULT current_timestamp,
    "applied_steps_count"   INTEGER UNSIGNED NOT NULL DEFAULT 0
);`

const READ_RECORDS = `SELECT migration_name, checksum, CAST(finished_at AS TEXT) AS finished_at,
  CAST(rolled_back_at AS TEXT) AS rolled_back_at FROM "_prisma_migrations"`

/**
 * Brings an SQLite database up to date, in a form that Prisma's own engine agrees with, and returns
 * the names of the migrations that it lacked. Safe when
 * several processes start at once: each migration is one script, its record's id follows from its
 * name, and so only one of them can commit it.
 */
export async function migrateSqlite(database: SqlDriverAdapter): Promise<string[]> {
  const migrations = readMigrations('sqlite')
  await database.executeScript(CREATE_RECORDS)
  const pending = async () => pendingMigrations(migrations, await readRecords(database))

  const lacking = await pending()
  for (const migration of lacking) {
    const now = Date.now()
    const script = `BEGIN IMMEDIATE;
INSERT INTO "_prisma_migrations" (id, checksum, finished_at, migration_name, started_at, applied_steps_count)
VALUES ('${recordId(migration.name)}', '${migration.checksum}', ${now}, '${migration.name}', ${now}, 1);
${migration.sql}
;
COMMIT;`
    try {
      await database.executeScript(script)
    } catch (error) {
      const stillPending = (await pending()).some(({ name }) => name === migration.name)
      if (stillPending) throw error
    }
  }
  return lacking.map(({ name }) => name)
}

async function readRecords(database: SqlDriverAdapter): Promise<MigrationRecord[]> {
  const { columnNames, rows } = await database.queryRaw({
    sql: READ_RECORDS,
    args: [],
    argTypes: [],
  })
  return rows.map(
    (row) => Object.fromEntries(columnNames.map((name, i) => [name, row[i]])) as never,
  )
}

function recordId(name: string): string {
  const hex = createHash('sha256').update(`chatws:${name}`).digest('hex')
  return hex.slice(0, 36)
}
