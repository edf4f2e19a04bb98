import { describe } from 'vitest'
import type { DurableDatabase } from '../../src/storage/database.ts'
import { POSTGRESQL_URL, whySkipped } from '../support/services.ts'
import { TestDatabase } from './test-database.ts'

type CreateDatabase = () => Promise<TestDatabase<DurableDatabase>>

const postgresqlReason = await whySkipped('PostgreSQL', POSTGRESQL_URL)

/** Runs the same tests on each kind of database that stays. */
export function describeDurable(title: string, tests: (create: CreateDatabase) => void): void {
  describe(`${title}, SQLite`, () => tests(async () => TestDatabase.sqlite()))
  const why = postgresqlReason ? ` (skipped: ${postgresqlReason})` : ''
  describe.skipIf(postgresqlReason)(`${title}, PostgreSQL${why}`, () =>
    tests(() => TestDatabase.postgresql()),
  )
}
