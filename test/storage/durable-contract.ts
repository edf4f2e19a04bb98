import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DurableDatabase } from '../../src/storage/database.ts'
import type { NewReaction } from '../../src/storage/entries.ts'
import type { Store } from '../../src/storage/store.ts'
import { appendMessages } from './append-messages.ts'
import { sent, user } from './new-access-entry.ts'
import { newEntry } from './new-entry.ts'
import type { TestDatabase } from './test-database.ts'

const at = (hour: number) => new Date(Date.UTC(2024, 0, 1, hour))

/** What is promised of a database that stays, beside what every log promises. */
export function describeDurableContract(
  createDatabase: () => Promise<TestDatabase<DurableDatabase>>,
): void {
  let database: TestDatabase<DurableDatabase>
  let store: Store

  beforeEach(async () => {
    database = await createDatabase()
    store = await database.open()
  })
  afterEach(() => database.drop())

  /** Stores so many messages at an hour, of both kinds. */
  const append = (hour: number, count: number) =>
    appendMessages(
      store,
      Array.from({ length: count }, (_, i) => newEntry({ kind: i % 3 === 2 ? 'support' : 'chat' })),
      at(hour).toISOString(),
    )
  const prune = (before: Date) => store.prune({ before, isDryRun: false, onProgress: () => {} })

  it('a database that cannot read is STORAGE_UNAVAILABLE', async () => {
    const range = { kind: 'chat', chatId: 1, before: undefined, limit: 1 } as const
    await database.query('DROP TABLE messages')
    await expect(store.readHistory(range)).rejects.toMatchObject({
      name: 'ChatwsError',
      code: 'STORAGE_UNAVAILABLE',
    })
  })

  it('pruning takes what hangs on messages, and leaves chats, members and reports', async () => {
    const owner = user(1)
    const file = `uploads/${'a'.repeat(32)}.png`
    const day = at(1).toISOString()
    await store.append([sent.chat(owner, {}, [2]), sent.profile(owner, { name: 'Ann' })], day)
    await store.append([sent.message(owner, 1, { mentions: [2], filePaths: file })], day)
    await store.append([sent.message(user(2), 1, { thread: 1 })], day)
    await store.append([sent.pin(owner, 1), sent.report(user(2), 1)], day)
    const countsOf = async (tables: readonly string[]) => {
      const rows = tables.map((table) => database.query(`SELECT * FROM ${table}`))
      return (await Promise.all(rows)).map(({ length }) => length)
    }
    const hanging = ['pins', 'mentions', 'threads', 'thread_follows', 'upload_uses']
    const staying = ['chats', 'members', 'users', 'reports']
    expect(await countsOf(hanging)).toEqual([1, 1, 1, 2, 1])

    await append(3, 1)
    await prune(at(2))
    expect(await countsOf(hanging)).toEqual([0, 0, 0, 0, 0])
    expect(await countsOf(staying)).toEqual([1, 2, 1, 1])
  })

  it('pruning leaves no reaction to what it deletes', async () => {
    await append(1, 2)
    const reaction: NewReaction = {
      ...{ type: 'reaction', kind: 'chat', messageId: 1, emoji: '👍', removed: false },
      ...{ senderId: 2, clientId: undefined },
    }
    await store.append([reaction], at(1).toISOString())
    await append(3, 1)
    await prune(at(2))
    expect(await database.query('SELECT * FROM reactions')).toEqual([])
  })

  describe('the status', () => {
    it('tells what there is', async () => {
      await append(1, 4)
      await append(2, 2)
      await prune(at(2))
      await store.uploads.add({ name: 'a', ownerId: 1, fileType: 'image/png', sizeBytes: 7 }, at(1))
      expect(await database.location.readStatus()).toMatchObject({
        provider: database.location.provider,
        exists: true,
        pendingMigrations: [],
        problem: undefined,
        log: { epoch: store.epoch, lastOffset: 6 },
        messages: {
          chat: { count: 2, firstOffset: 5, lastOffset: 6 },
          support: { count: 0, firstOffset: undefined, lastOffset: undefined },
        },
        newestAt: at(2),
        uploads: { count: 1, sizeBytes: 7, unused: 1 },
      })
    })

    it('names what this version cannot use', async () => {
      await database.query("UPDATE _prisma_migrations SET checksum = 'x'")
      const { problem } = await database.location.readStatus()
      expect(problem).toContain('was applied with other contents')
    })

    it('leaves a database without tables as it is', async () => {
      const empty = await createDatabase()
      try {
        const { pendingMigrations, log } = await empty.location.readStatus()
        expect(pendingMigrations.length).toBeGreaterThan(0)
        expect(log).toBeUndefined()
        const again = await empty.location.readStatus()
        expect(again.appliedMigrations).toEqual([])
      } finally {
        await empty.drop()
      }
    })
  })
}
