import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@libsql/client'
import pg from 'pg'
import { inject } from 'vitest'
import type { Database } from '../../src/storage/database.ts'
import { openStore } from '../../src/storage/open-store.ts'
import { PostgresqlDatabase } from '../../src/storage/postgresql/database.ts'
import { SqliteDatabase } from '../../src/storage/sqlite/database.ts'
import { sqliteFileUrl } from '../../src/storage/sqlite/raw-connection.ts'
import type { Store } from '../../src/storage/store.ts'

/** A database of one test, empty at first. `drop` closes every store of it and removes it. */
export class TestDatabase<Location extends Database = Database> {
  readonly location: Location
  readonly #remove: () => Promise<void>
  readonly #open = new Set<Store>()

  private constructor(location: Location, remove: () => Promise<void>) {
    this.location = location
    this.#remove = remove
  }

  /** One that nothing has to be removed of. */
  static of<Location extends Database>(location: Location): TestDatabase<Location> {
    return new TestDatabase(location, async () => {})
  }

  /** A file in a folder of its own. */
  static sqlite(): TestDatabase<SqliteDatabase> {
    const folder = mkdtempSync(join(tmpdir(), 'chatws-store-'))
    const location = new SqliteDatabase(join(folder, 'test.db'))
    return new TestDatabase(location, async () => rmSync(folder, { recursive: true }))
  }

  /** A schema of its own in the database of the run. */
  static async postgresql(): Promise<TestDatabase<PostgresqlDatabase>> {
    const url = new URL(inject('postgresqlUrl'))
    const schema = `test_${randomUUID().replaceAll('-', '')}`
    await queryPostgresql(url.href, `CREATE SCHEMA ${schema}`)
    // Nothing here has to survive a power cut.
    url.searchParams.set('options', `-c search_path=${schema} -c synchronous_commit=off`)
    const location = new PostgresqlDatabase(url.href)
    return new TestDatabase(location, async () => {
      await queryPostgresql(url.href, `DROP SCHEMA ${schema} CASCADE`)
    })
  }

  async open(): Promise<Store> {
    const store = await openStore(this.location)
    this.#open.add(store)
    return store
  }

  async close(store: Store): Promise<void> {
    this.#open.delete(store)
    await store.close()
  }

  /** Runs one statement on a connection of its own and returns the rows. */
  async query(sql: string): Promise<Record<string, unknown>[]> {
    if (this.location instanceof PostgresqlDatabase)
      return queryPostgresql(this.location.connectionString, sql)
    if (!(this.location instanceof SqliteDatabase)) throw new Error('it knows no SQL')
    const client = createClient({ url: sqliteFileUrl(this.location.path) })
    try {
      return [...(await client.execute(sql)).rows]
    } finally {
      client.close()
    }
  }

  async drop(): Promise<void> {
    for (const store of [...this.#open]) await this.close(store)
    await this.#remove()
  }
}

async function queryPostgresql(
  connectionString: string,
  sql: string,
): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}
