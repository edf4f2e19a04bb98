import { randomUUID } from 'node:crypto'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { POSTGRESQL_URL, whySkipped } from './services.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The database of this run on the PostgreSQL server for tests; empty where there is none. */
    postgresqlUrl: string
  }
}

/** Creates one PostgreSQL database for the whole run (each takes a second), and drops it after. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (await whySkipped('PostgreSQL', POSTGRESQL_URL)) {
    project.provide('postgresqlUrl', '')
    return async () => {}
  }
  const name = `chatws_test_${randomUUID().replaceAll('-', '')}`
  const host = new URL(POSTGRESQL_URL).host
  process.stdout.write(
    `The tests make a database ${name} in the PostgreSQL at ${host}, and drop it at their end.\n` +
      'With CHATWS_TEST_POSTGRESQL_URL= they use none; it may also be the URL of another.\n\n',
  )
  await query(`CREATE DATABASE ${name}`)
  const url = new URL(POSTGRESQL_URL)
  url.pathname = `/${name}`
  project.provide('postgresqlUrl', url.href)
  return () => query(`DROP DATABASE ${name} WITH (FORCE)`)
}

async function query(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: POSTGRESQL_URL })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
