import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '../../src/storage/database.ts'
import { openStore } from '../../src/storage/open-store.ts'
import { PostgresqlDatabase } from '../../src/storage/postgresql/database.ts'
import { SqliteDatabase } from '../../src/storage/sqlite/database.ts'
import { POSTGRESQL_URL, whySkipped } from '../support/services.ts'

const reason = await whySkipped('PostgreSQL', POSTGRESQL_URL)

/** The one line that opening fails with. */
async function failureOf(database: Database): Promise<string> {
  const error = await openStore(database).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toMatchObject({
    name: 'ChatwsError',
    code: 'DATABASE_UNAVAILABLE',
    message: expect.stringMatching(/^Cannot open the database .+: .+$/),
    cause: expect.any(Error),
  })
  return (error as Error).message
}

describe('a file that cannot be opened', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'chatws-open-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('in a missing folder is told with the folder, which is not made', async () => {
    const path = join(folder, 'missing', 'chatws.db')
    expect(await failureOf(new SqliteDatabase(path))).toMatch(
      `the folder ${join(folder, 'missing')} does not exist`,
    )
    expect(existsSync(join(folder, 'missing'))).toBe(false)
  })

  it('that is no database is told and left as it is', async () => {
    const path = join(folder, 'notes.txt')
    const text = 'These are notes, and no database at all.\n'.repeat(100)
    writeFileSync(path, text)
    expect(await failureOf(new SqliteDatabase(path))).toMatch(/not a database/)
    expect(readFileSync(path, 'utf8')).toBe(text)
  })

  it('that is a folder is told', async () => {
    const path = join(folder, 'chatws.db')
    mkdirSync(path)
    expect(await failureOf(new SqliteDatabase(path))).toMatch(/unable to open|is a directory/i)
  })
})

describe('a file with an unusual name', () => {
  it.each([
    'my log.db',
    'a#b.db',
    'a?mode=ro.db',
    '100%.db',
    '%20.db',
    'é😀.db',
    ':memory:',
    "'.db",
  ])('%s is created under exactly that name', async (name) => {
    const folder = mkdtempSync(join(tmpdir(), 'chatws-open-'))
    try {
      const store = await openStore(new SqliteDatabase(join(folder, name)))
      await store.close()
      expect(existsSync(join(folder, name))).toBe(true)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('a PostgreSQL database that cannot be opened', () => {
  it('because nothing listens is told without the password', async () => {
    // Port 1 is reserved, and nothing listens there.
    const connectionString = 'postgresql://chat:secret@127.0.0.1:1/chat'
    const message = await failureOf(new PostgresqlDatabase(connectionString))
    expect(message).toMatch(/ECONNREFUSED/)
    expect(message).toContain('postgresql://chat:***@127.0.0.1:1/chat')
    expect(message).not.toContain('secret')
  })

  it.skipIf(reason)(
    `because it does not exist is told${reason ? ` (skipped: ${reason})` : ''}`,
    async () => {
      const url = new URL(POSTGRESQL_URL)
      url.pathname = '/chatws_no_such_database'
      expect(await failureOf(new PostgresqlDatabase(url.href))).toMatch(
        /"chatws_no_such_database" does not exist/,
      )
    },
  )
})
