import { randomUUID } from 'node:crypto'
import type { Client } from 'pg'
import { type Migration, pendingMigrations, readMigrations } from '../prisma/migrations.ts'

/** The advisory lock that Prisma's own engine takes, so that the two never migrate at once. */
const ADVISORY_LOCK = 72707369

/** As Prisma's engine creates it. */
const CREATE_RECORDS = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id                      VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum                VARCHAR(64) NOT NULL,
    finished_at             TIMESTAMPTZ,
    migration_name          VARCHAR(255) NOT NULL,
    logs                    TEXT,
    rolled_back_at          TIMESTAMPTZ,
    started_at              TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count     INTEGER NOT NULL DEFAULT 0
)`

/**
 * Brings a PostgreSQL database up to date, each migration in a transaction of its own, and returns
 * the names of those that it lacked. Works on a plain connection because the Prisma adapter splits scripts at every semicolon.
 */
export async function migratePostgresql(client: Client): Promise<string[]> {
  await client.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCK])
  try {
    await client.query(CREATE_RECORDS)
    const records = await client.query('SELECT * FROM _prisma_migrations ORDER BY started_at')
    const lacking = pendingMigrations(readMigrations('postgresql'), records.rows)
    for (const migration of lacking) await apply(client, migration)
    return lacking.map(({ name }) => name)
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [ADVISORY_LOCK])
  }
}

async function apply(client: Client, migration: Migration): Promise<void> {
  await client.query('BEGIN')
  try {
    await client.query(migration.sql)
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, applied_steps_count)
       VALUES ($1, $2, now(), $3, 1)`,
      [randomUUID(), migration.checksum, migration.name],
    )
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  }
}
