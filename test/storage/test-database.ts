import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@libsql/client'
import pg from 'pg'
import { afterAll } from 'vitest'
import { type DatabaseLocation, sqliteFileUrl } from '../../src/storage/database-url.ts'
import { openStore } from '../../src/storage/open-store.ts'
import type { Store } from '../../src/storage/store.ts'
import { POSTGRESQL_URL } from '../support/services.ts'

/** The URL of the database that this file's tests share, once one of them needed it. */
let postgresqlDatabase: Promise<string> | undefined

afterAll(async () => {
  if (!postgresqlDatabase) return
  const name = new URL(await postgresqlDatabase).pathname.slice(1)
  await queryPostgresql(POSTGRESQL_URL, `DROP DATABASE ${name} WITH (FORCE)`)
})

async function createPostgresqlDatabase(): Promise<string> {
  const name = `chatws_test_${randomUUID().replaceAll('-', '')}`
  await queryPostgresql(POSTGRESQL_URL, `CREATE DATABASE ${name}`)
  const url = new URL(POSTGRESQL_URL)
  url.pathname = `/${name}`
  return url.href
}

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

  /** A schema of its own in a database of this file's; making a whole one takes a second. */
  static async postgresql(): Promise<
    TestDatabase<Extract<DatabaseLocation, { provider: 'postgresql' }>>
  > {
    postgresqlDatabase ??= createPostgresqlDatabase()
    const url = new URL(await postgresqlDatabase)
    const schema = `test_${randomUUID().replaceAll('-', '')}`
    await queryPostgresql(url.href, `CREATE SCHEMA ${schema}`)
    url.searchParams.set('options', `-c search_path=${schema}`)
    const location = { provider: 'postgresql', connectionString: url.href } as const
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
