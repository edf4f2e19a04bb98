import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PostgresqlDatabase } from '../../../src/storage/postgresql/database.ts'
import { readMigrations } from '../../../src/storage/prisma/migrations.ts'
import type { SqliteDatabase } from '../../../src/storage/sqlite/database.ts'
import { newEntry } from '../new-entry.ts'
import type { TestDatabase } from '../test-database.ts'

const INIT = '20261123000000_init'
const QUEUE_INDEX = '20261128000000_queue_index'
const MEMBERS = '20261128120000_members'
const NOW = '2024-01-01T12:00:00.123Z'

/** What chats with members have brought. */
const MEMBER_TABLES = [
  ...['users', 'chats', 'members', 'bans', 'blocks', 'reports', 'admin_actions', 'pins'],
  ...['mentions', 'threads', 'thread_follows', 'chat_settings', 'upload_uses'],
]
const MEMBER_COLUMNS = {
  messages: ['thread', 'mentions', 'hidden_from'],
  support_messages: ['thread', 'mentions', 'hidden_from'],
  log_events: ['data', 'about_offset', 'hidden_from'],
  support_chats: ['customer'],
}

/** How every store brings a database of one kind up to date, and what it refuses. */
export function describeMigrationContract(
  createDatabase: () => Promise<TestDatabase<SqliteDatabase | PostgresqlDatabase>>,
): void {
  let database: TestDatabase<SqliteDatabase | PostgresqlDatabase>

  beforeEach(async () => {
    database = await createDatabase()
  })
  afterEach(() => database.drop())

  const openAndClose = async () => database.close(await database.open())
  const records = () => database.query('SELECT * FROM _prisma_migrations ORDER BY migration_name')

  it('a fresh database records the first migration with the checksum of its file', async () => {
    await openAndClose()
    const { provider } = database.location
    const file = new URL(
      `../../../prisma/${provider}/migrations/${INIT}/migration.sql`,
      import.meta.url,
    )
    const [record] = await records()
    expect(record).toMatchObject({
      migration_name: INIT,
      checksum: createHash('sha256').update(readFileSync(file)).digest('hex'),
      applied_steps_count: 1,
      finished_at: expect.anything(),
      rolled_back_at: null,
      logs: null,
    })
    expect(record!.id).toHaveLength(36)
  })

  it('a database that is up to date is left as it is', async () => {
    await openAndClose()
    const before = await records()
    await openAndClose()
    await openAndClose()
    expect(await records()).toEqual(before)
  })

  it('stores that open a fresh database at once migrate it once', async () => {
    await Promise.all([database.open(), database.open(), database.open(), database.open()])
    expect(await records()).toHaveLength(readMigrations(database.location.provider).length)
  })

  it('a migration that fails leaves nothing behind and can be run again', async () => {
    await database.query('CREATE TABLE support_messages (id INTEGER)')
    await expect(database.open()).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' })
    expect(await records()).toEqual([])
    await expect(database.query('SELECT * FROM messages')).rejects.toThrow()

    await database.query('DROP TABLE support_messages')
    expect(await (await database.open()).lastOffset()).toBe(0)
  })

  it('a database with support chats from before the index for their queue has it then', async () => {
    const older = await database.open()
    await older.append([newEntry(), newEntry({ kind: 'support', chatId: 5 })], NOW)
    await database.close(older)
    await database.query('DROP INDEX support_chats_status_waiting_since_id_idx')
    await database.query(
      'CREATE INDEX support_chats_status_waiting_since_idx ON support_chats (status, waiting_since)',
    )
    await database.query(`DELETE FROM _prisma_migrations WHERE migration_name = '${QUEUE_INDEX}'`)

    const store = await database.open()
    expect((await records()).map((record) => record.migration_name)).toContain(QUEUE_INDEX)
    expect(await store.readSupportQueue(9)).toMatchObject([{ chatId: 5, newest: 2 }])
    // It is there anew, under the name that it has in the models.
    expect(await database.query('DROP INDEX support_chats_status_waiting_since_id_idx')).toEqual([])
  })

  it('a database from before chats had members knows who opened support chats, and their files', async () => {
    const file = `${'a'.repeat(32)}.png`
    const other = `${'b'.repeat(32)}.png`
    const older = await database.open()
    for (const name of [file, other])
      await older.uploads.add(
        { name, ownerId: 8, fileType: 'image/png', sizeBytes: 1 },
        new Date(NOW),
      )
    const filePaths = `uploads/${file}, it's "other", uploads/${other}`
    const inSupport = { kind: 'support', chatId: 5 } as const
    await older.append(
      [
        newEntry({ ...inSupport, senderId: 8, filePaths }),
        newEntry({ ...inSupport, senderId: 9, isFromAgent: true }),
      ],
      NOW,
    )
    await database.close(older)
    for (const table of MEMBER_TABLES) await database.query(`DROP TABLE ${table}`)
    for (const index of [
      'messages_thread_id',
      'support_messages_thread_id',
      'support_chats_customer_id',
    ])
      await database.query(`DROP INDEX ${index}_idx`)
    for (const [table, columns] of Object.entries(MEMBER_COLUMNS))
      for (const column of columns)
        await database.query(`ALTER TABLE ${table} DROP COLUMN ${column}`)
    await database.query(`DELETE FROM _prisma_migrations WHERE migration_name = '${MEMBERS}'`)

    const { access, ...store } = await database.open()
    expect((await records()).map((record) => record.migration_name)).toContain(MEMBERS)
    expect(await access.customerOf(5)).toBe(8)
    expect(await access.supportChatsOf(8, { after: 0, limit: 9 })).toEqual([5])
    const stranger = { userId: 7, isAgent: false, granted: [] }
    for (const name of [file, other]) {
      expect(await access.mayReadUpload(name, { ...stranger, userId: 8 })).toBe(true)
      expect(await access.mayReadUpload(name, { ...stranger, isAgent: true })).toBe(true)
      expect(await access.mayReadUpload(name, stranger)).toBe(false)
    }
    expect(store.epoch).toBe(older.epoch)
  })

  describe('is refused with a line that says what to do', () => {
    const refusal = async (change: string) => {
      await openAndClose()
      await database.query(change)
      const error = await database.open().catch((thrown: unknown) => thrown as Error)
      expect(error).toMatchObject({ name: 'ChatwsError', code: 'DATABASE_INCOMPATIBLE' })
      const { message } = error as Error
      expect(message).not.toContain('\n')
      return message
    }

    it('a database of a newer version', async () => {
      const message = await refusal(
        `INSERT INTO _prisma_migrations
           (id, checksum, migration_name, finished_at, applied_steps_count)
         VALUES ('later', 'abc', '20990101000000_later', CURRENT_TIMESTAMP, 1)`,
      )
      expect(message).toContain('20990101000000_later')
      expect(message).toMatch(/upgrade chatws, or use another database/)
    })

    it('a database with an edited migration', async () => {
      const message = await refusal("UPDATE _prisma_migrations SET checksum = 'abc'")
      expect(message).toContain(INIT)
      expect(message).toMatch(/another database/)
    })

    it('a database with a failed migration', async () => {
      const message = await refusal('UPDATE _prisma_migrations SET finished_at = NULL')
      expect(message).toContain(INIT)
      expect(message).toMatch(/prisma migrate resolve/)
    })
  })

  it('a failed migration that was rolled back and then applied is no obstacle', async () => {
    await openAndClose()
    await database.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, rolled_back_at)
       VALUES ('earlier', 'abc', '${INIT}', CURRENT_TIMESTAMP)`,
    )
    expect(await (await database.open()).lastOffset()).toBe(0)
  })
}
