import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@libsql/client'
import pg from 'pg'
import { inject } from 'vitest'
import { type DatabaseLocation, sqliteFileUrl } from '../../src/storage/database-url.ts'
import { openStore } from '../../src/storage/open-store.ts'
import type { PrismaStore } from '../../src/storage/prisma/prisma-store.ts'
import type { Store } from '../../src/storage/store.ts'

/** A database of one test, empty at first. `drop` closes every store of it and removes it. */
export class TestDatabase<Location extends DatabaseLocation = DatabaseLocation> {
  readonly location: Location
  readonly #remove: () => Promise<void>
  readonly #open = new Set<Store>()

  private constructor(location: Location, remove: () => Promise<void>) {
    this.location = location
    this.#remove = remove
  }

  /** A file in a folder of its own. */
  static sqlite(): TestDatabase<Extract<DatabaseLocation, { provider: 'sqlite' }>> {
    const folder = mkdtempSync(join(tmpdir(), 'chatws-store-'))
    const location = { provider: 'sqlite', path: join(folder, 'test.db') } as const
    return new TestDatabase(location, async () => rmSync(folder, { recursive: true }))
  }

  /** A schema of its own in the database of the run. */
  static async postgresql(): Promise<
    TestDatabase<Extract<DatabaseLocation, { provider: 'postgresql' }>>
  > {
    const url = new URL(inject('postgresqlUrl'))
    const schema = `test_${randomUUID().replaceAll('-', '')}`
    await queryPostgresql(url.href, `CREATE SCHEMA ${schema}`)
    // Nothing here has to survive a power cut.
    url.searchParams.set('options', `-c search_path=${schema} -c synchronous_commit=off`)
    const location = { provider: 'postgresql', connectionString: url.href } as const
    return new TestDatabase(location, async () => {
      await queryPostgresql(url.href, `DROP SCHEMA ${schema} CASCADE`)
    })
  }

  async open(): Promise<PrismaStore> {
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
    if (this.location.provider === 'postgresql')
      return queryPostgresql(this.location.connectionString, sql)
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
