import { copyFileSync, readFileSync, rmSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { POSTGRESQL_URL, whySkipped } from '../../support/services.ts'
import { newEntry } from '../new-entry.ts'
import { TestDatabase } from '../test-database.ts'

const NOW = '2024-01-01T12:00:00.000Z'

describe('the epoch of an SQLite file', () => {
  let database: Awaited<ReturnType<typeof TestDatabase.sqlite>>
  let path: string
  beforeEach(() => {
    database = TestDatabase.sqlite()
    path = database.location.path
  })
  afterEach(() => database.drop())

  /** Opens the file, stores `entries` entries and returns its epoch. */
  async function visit(entries: number): Promise<string> {
    const store = await database.open()
    for (let i = 0; i < entries; i += 1) await store.append([newEntry()], NOW)
    await database.close(store)
    return store.epoch
  }

  const backUp = () => database.query(`VACUUM INTO '${path}.backup'`)

  function restore(): void {
    for (const ending of ['', '-wal', '-shm']) rmSync(`${path}${ending}`, { force: true })
    copyFileSync(`${path}.backup`, path)
  }

  it('stays the same from one opening to the next', async () => {
    const epoch = await visit(2)
    expect(await visit(1)).toBe(epoch)
    expect(await visit(0)).toBe(epoch)
  })

  it('changes when the file is overwritten with an older backup, once', async () => {
    const epoch = await visit(2)
    await backUp()
    expect(await visit(3)).toBe(epoch)
    restore()
    const restored = await visit(0)
    expect(restored).not.toBe(epoch)
    expect(await visit(1)).toBe(restored)
  })

  it('changes when a backup of an earlier epoch comes back', async () => {
    await visit(2)
    await backUp()
    await visit(3)
    const seen = new Set([await visit(0)])
    for (let i = 0; i < 2; i += 1) {
      restore()
      const epoch = await visit(4)
      expect(seen).not.toContain(epoch)
      seen.add(epoch)
    }
  })

  it('changes when the file was brought without what stood beside it', async () => {
    const epoch = await visit(1)
    rmSync(`${path}-position`)
    expect(await visit(0)).not.toBe(epoch)
  })

  it('is kept beside the file with the newest offset', async () => {
    const epoch = await visit(3)
    expect(JSON.parse(readFileSync(`${path}-position`, 'utf8'))).toEqual({ epoch, offset: 3 })
  })
})

const reason = await whySkipped('PostgreSQL', POSTGRESQL_URL)

describe.skipIf(reason)(`the epoch in PostgreSQL${reason ? ` (skipped: ${reason})` : ''}`, () => {
  it('stays the same until the table is another one, as after restoring a dump', async () => {
    const database = await TestDatabase.postgresql()
    try {
      const first = await database.open()
      await first.append([newEntry()], NOW)
      expect((await database.open()).epoch).toBe(first.epoch)

      await database.query('CREATE TABLE restored (LIKE log INCLUDING ALL)')
      await database.query('INSERT INTO restored SELECT * FROM log')
      await database.query('DROP TABLE log')
      await database.query('ALTER TABLE restored RENAME TO log')
      const restored = await database.open()
      expect(restored.epoch).not.toBe(first.epoch)
      expect(await restored.lastOffset()).toBe(1)
      expect((await database.open()).epoch).toBe(restored.epoch)
    } finally {
      await database.drop()
    }
  })
})

describe('full durability', () => {
  it('makes SQLite wait for the disk at every commit', async () => {
    const { SqliteAdapterFactory } = await import('../../../src/storage/sqlite/adapter.ts')
    const database = TestDatabase.sqlite()
    for (const [durability, level] of [
      ['process', 1],
      ['full', 2],
    ] as const) {
      const adapter = await new SqliteAdapterFactory(database.location.path, durability).connect()
      const { rows } = await adapter.queryRaw({
        sql: 'PRAGMA synchronous',
        args: [],
        argTypes: [],
      })
      expect(Number(rows[0]![0])).toBe(level)
      await adapter.dispose()
    }
    await database.drop()
  })
})
