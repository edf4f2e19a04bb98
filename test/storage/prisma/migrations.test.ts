import { describe, expect, it } from 'vitest'
import {
  type Migration,
  type MigrationRecord,
  pendingMigrations,
  readMigrations,
} from '../../../src/storage/prisma/migrations.ts'
import { POSTGRESQL_URL, whySkipped } from '../../support/services.ts'
import { TestDatabase } from '../test-database.ts'
import { describeMigrationContract } from './migration-contract.ts'

const reason = await whySkipped('PostgreSQL', POSTGRESQL_URL)

describe('an SQLite database', () => {
  describeMigrationContract(async () => TestDatabase.sqlite())
})

describe.skipIf(reason)(`a PostgreSQL database${reason ? ` (skipped: ${reason})` : ''}`, () => {
  describeMigrationContract(() => TestDatabase.postgresql())
})

describe('pendingMigrations', () => {
  const migration = (name: string): Migration => ({ name, sql: '', checksum: `sum of ${name}` })
  const record = (name: string, fields: Partial<MigrationRecord> = {}): MigrationRecord => ({
    migration_name: name,
    checksum: `sum of ${name}`,
    finished_at: 1,
    rolled_back_at: null,
    ...fields,
  })
  const [a, b, c] = [migration('1_a'), migration('2_b'), migration('3_c')]

  it('an empty database lacks them all, oldest first', () => {
    expect(pendingMigrations([a, b, c], [])).toEqual([a, b, c])
  })

  it('a database lacks what it has no record of', () => {
    expect(pendingMigrations([a, b, c], [record('1_a')])).toEqual([b, c])
    expect(pendingMigrations([a, b, c], [record('3_c'), record('1_a')])).toEqual([b])
  })

  it('a database with all of them lacks none', () => {
    const records = [record('1_a'), record('2_b'), record('3_c')]
    expect(pendingMigrations([a, b, c], records)).toEqual([])
  })

  it('a migration that was rolled back is lacking, whatever its checksum', () => {
    const rolledBack = record('1_a', { finished_at: null, rolled_back_at: 1, checksum: 'other' })
    expect(pendingMigrations([a], [rolledBack])).toEqual([a])
  })

  it('an unknown migration that was rolled back is no obstacle', () => {
    expect(pendingMigrations([a], [record('9_z', { rolled_back_at: 1 })])).toEqual([a])
  })

  it.each([
    ['a failed one', [record('1_a', { finished_at: null })], '1_a'],
    ['an unknown one', [record('1_a'), record('9_z')], '9_z'],
    ['an edited one', [record('1_a', { checksum: 'other' })], '1_a'],
  ])('%s makes the database incompatible', (_what, records, name) => {
    expect(() => pendingMigrations([a, b], records)).toThrow(
      expect.objectContaining({
        code: 'DATABASE_INCOMPATIBLE',
        message: expect.stringContaining(name),
      }),
    )
  })
})

describe('readMigrations', () => {
  it.each(['sqlite', 'postgresql'] as const)('finds those of %s, oldest first', (provider) => {
    const migrations = readMigrations(provider)
    const names = migrations.map(({ name }) => name)
    expect(names).toContain('20261123000000_init')
    expect(names).toEqual([...names].sort())
    for (const { sql, checksum } of migrations) {
      expect(sql).toMatch(/CREATE|ALTER|DROP|UPDATE/)
      expect(checksum).toMatch(/^[0-9a-f]{64}$/)
    }
  })

  it('has the same migrations for both', () => {
    const names = (provider: 'sqlite' | 'postgresql') =>
      readMigrations(provider).map(({ name }) => name)
    expect(names('sqlite')).toEqual(names('postgresql'))
  })
})
