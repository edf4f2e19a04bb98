import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { ChatwsError } from '../../protocol/error.ts'

/** A database whose schema Prisma describes: a folder of prisma/. */
export type Provider = 'sqlite' | 'postgresql'

/** One step of the schema, as Prisma lays it out: `prisma/<provider>/migrations/<name>/migration.sql`. */
export interface Migration {
  readonly name: string
  readonly sql: string
  /** SHA-256 of the file, hex: what Prisma records of an applied migration. */
  readonly checksum: string
}

/** A row of `_prisma_migrations`, the table that Prisma's own engine keeps. */
export interface MigrationRecord {
  readonly migration_name: string
  readonly checksum: string
  /** Null while a migration is under way, or for good when it failed. */
  readonly finished_at: unknown
  readonly rolled_back_at: unknown
}

/** The migrations shipped for a provider, oldest first. */
export function readMigrations(provider: Provider): Migration[] {
  // The package finds itself by its name, from here and from the bundle, however deep each stands.
  const manifest = createRequire(import.meta.url).resolve('chatws/package.json')
  const folder = join(dirname(manifest), 'prisma', provider, 'migrations')
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .map((name) => {
      const sql = readFileSync(`${folder}/${name}/migration.sql`, 'utf8')
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
    })
}

/**
 * The migrations that a database with these records still lacks. Throws DATABASE_INCOMPATIBLE
 * when one failed half-way, was changed since, or is not known to this version.
 */
export function pendingMigrations(
  migrations: readonly Migration[],
  records: readonly MigrationRecord[],
): Migration[] {
  const live = records.filter((record) => record.rolled_back_at === null)
  const failed = live.find((record) => record.finished_at === null)
  if (failed)
    throw new ChatwsError(
      'DATABASE_INCOMPATIBLE',
      `migration ${failed.migration_name} failed earlier in this database: repair it, then run "prisma migrate resolve"`,
    )

  const known = new Map(migrations.map((migration) => [migration.name, migration]))
  const applied = new Set(live.map((record) => record.migration_name))
  const unknown = [...applied].filter((name) => !known.has(name))
  if (unknown.length > 0)
    throw new ChatwsError(
      'DATABASE_INCOMPATIBLE',
      `the database was made by a newer chatws (it has ${unknown.join(', ')}): upgrade chatws, or use another database`,
    )

  const edited = live.find(
    (record) => known.get(record.migration_name)?.checksum !== record.checksum,
  )
  if (edited)
    throw new ChatwsError(
      'DATABASE_INCOMPATIBLE',
      `migration ${edited.migration_name} was applied with other contents than this chatws ships: use the chatws that made it, or another database`,
    )
  return migrations.filter((migration) => !applied.has(migration.name))
}
