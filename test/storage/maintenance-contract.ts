import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { NewReaction } from '../../src/storage/entries.ts'
import type { Store } from '../../src/storage/store.ts'
import { appendMessages } from './append-messages.ts'
import { sent, user } from './new-access-entry.ts'
import { newEntry } from './new-entry.ts'
import type { TestDatabase } from './test-database.ts'

const HOUR_MS = 60 * 60 * 1000
/** An hour that has not come yet. */
const FAR_HOUR = 24 * 365 * 900
const at = (hour: number) => new Date(Date.UTC(2024, 0, 1, hour))

/** How a database is looked after, whichever kind it is. */
export function describeMaintenanceContract(createDatabase: () => Promise<TestDatabase>): void {
  let database: TestDatabase
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
  const offsets = async () => (await store.readAfter(0, 10_000)).map(({ offset }) => offset)
  const find = (text: string) =>
    store.search({ text, chat: undefined, before: undefined, limit: 10 })
  const prune = (before: Date, isDryRun = false) => {
    const progress: number[] = []
    const options = { before, isDryRun, onProgress: (count: number) => void progress.push(count) }
    return store.prune(options).then((pruned) => ({ ...pruned, progress }))
  }

  describe('pruning', () => {
    it('deletes what is older, in bounded batches, and gives no offset out again', async () => {
      await append(1, 700)
      await append(2, 500)
      await append(3, 5)
      const { messages, lastOffset, progress } = await prune(at(3))
      expect({ messages, lastOffset }).toEqual({ messages: 1_200, lastOffset: 1_200 })
      expect(progress).toEqual([500, 1_000, 1_200])
      expect(await offsets()).toEqual([1_201, 1_202, 1_203, 1_204, 1_205])
      expect(await store.lastOffset()).toBe(1_205)
      const [next] = await append(4, 1)
      expect(next!.entry.offset).toBe(1_206)
    })

    it('keeps what is as old as the limit', async () => {
      await append(1, 2)
      await append(2, 2)
      await prune(at(2))
      expect(await offsets()).toEqual([3, 4])
    })

    it('stops at the first message that is young enough, so that there are no gaps', async () => {
      await append(1, 1)
      await append(5, 1)
      await append(1, 1)
      await prune(at(3))
      expect(await offsets()).toEqual([2, 3])
    })

    it('passes over messages of the future, as old as what came after them', async () => {
      await append(1, 2)
      await append(FAR_HOUR, 600)
      await append(1, 2)
      await append(FAR_HOUR, 1)
      expect(await prune(at(3), true)).toMatchObject({ messages: 604, lastOffset: 604 })
      const { messages, lastOffset, progress } = await prune(at(3))
      expect({ messages, lastOffset, progress }).toEqual({
        ...{ messages: 604, lastOffset: 604, progress: [2, 604] },
      })
      expect(await offsets()).toEqual([605])
    })

    it('keeps messages of the future that nothing old came after', async () => {
      await append(1, 1)
      await append(FAR_HOUR, 600)
      await append(5, 1)
      expect(await prune(at(3))).toMatchObject({ messages: 1, lastOffset: 1 })
      expect(await offsets()).toHaveLength(601)
    })

    it('may leave an empty log, whose offsets go on', async () => {
      await append(1, 3)
      expect(await prune(at(9))).toMatchObject({ messages: 3, lastOffset: 3 })
      expect(await offsets()).toEqual([])
      expect(await store.lastOffset()).toBe(3)
      expect((await append(9, 1))[0]!.entry.offset).toBe(4)
    })

    it('takes what hangs on the messages with it, and finds them no more', async () => {
      await append(1, 2)
      const reaction: NewReaction = {
        ...{ type: 'reaction', kind: 'chat', messageId: 1, emoji: '👍', removed: false },
        ...{ senderId: 2, clientId: undefined },
      }
      await store.append([reaction], at(1).toISOString())
      await append(3, 1)
      expect(await find('hello')).toHaveLength(3)
      await prune(at(2))
      expect(await offsets()).toEqual([4])
      expect(await find('hello')).toHaveLength(1)
    })

    it('only counts in a dry run', async () => {
      await append(1, 600)
      await append(2, 1)
      expect(await prune(at(2), true)).toEqual({
        ...{ messages: 600, lastOffset: 600, uploads: undefined, progress: [500, 600] },
      })
      expect(await offsets()).toHaveLength(601)
    })

    it('stops between two steps when it is told to, and goes on another time', async () => {
      await append(1, 600)
      let asked = 0
      const isStopped = () => {
        asked += 1
        return asked > 2
      }
      const options = { before: at(3), isDryRun: false, onProgress: () => {} }
      const { lastOffset } = await store.prune({ ...options, isStopped })
      expect(lastOffset).toBeGreaterThan(0)
      expect((await offsets())[0]).toBe(lastOffset + 1)
      expect(await prune(at(3))).toMatchObject({ lastOffset: 600 })
      expect(await offsets()).toEqual([])
    })

    it('of nothing deletes nothing', async () => {
      await append(2, 1)
      expect(await prune(at(2))).toMatchObject({ messages: 0, lastOffset: 0 })
      expect(await offsets()).toEqual([1])
    })

    it('releases the uploads that only deleted messages can have named', async () => {
      for (const name of ['old', 'young', 'new', 'far'])
        await store.uploads.add({ name, ownerId: 1, fileType: 'image/png', sizeBytes: 1 }, at(0))
      await store.uploads.use(['old'], at(1))
      await store.uploads.use(['young'], new Date(at(3).getTime() - HOUR_MS / 2))
      await store.uploads.use(['far'], at(FAR_HOUR))
      expect(await prune(at(3))).toMatchObject({ uploads: 2 })
      expect((await store.uploads.findUnused(at(9), 10)).sort()).toEqual(['far', 'new', 'old'])
    })
  })

  describe('the ages of messages', () => {
    const ages = async (chatId: number | undefined, after = 0, limit = 10) =>
      (await store.readAges({ kind: 'chat', chatId, after, limit })).map(({ id }) => id)

    it('are read of one chat, or of all of a kind, in order and in parts', async () => {
      const chats = [1, 2, 1, 2, 1].map((chatId) => newEntry({ chatId }))
      await store.append([...chats, newEntry({ kind: 'support' })], at(1).toISOString())
      expect(await ages(undefined)).toEqual([1, 2, 3, 4, 5])
      expect(await ages(1)).toEqual([1, 3, 5])
      expect(await ages(1, 1, 1)).toEqual([3])
      expect(await ages(2, 4)).toEqual([])
      expect(await ages(undefined, 3)).toEqual([4, 5])
    })

    it('tell whose each is, since when, and whether it is deleted', async () => {
      await store.append(
        [newEntry({ senderId: 4 }), newEntry({ senderId: 5 })],
        at(1).toISOString(),
      )
      const deletion = { type: 'deletion', kind: 'chat', messageId: 2, senderId: 5 } as const
      await store.append([{ ...deletion, clientId: undefined }], at(2).toISOString())
      const range = { kind: 'chat', chatId: 1, after: 0, limit: 10 } as const
      const createdAt = at(1).toISOString()
      expect(await store.readAges(range)).toEqual([
        { id: 1, senderId: 4, createdAt, isDeleted: false, sizeBytes: 5 },
        { id: 2, senderId: 5, createdAt, isDeleted: true, sizeBytes: 0 },
      ])
    })

    it('count for the chats that keep them for a time', async () => {
      const owner = user(1)
      const retention = (seconds: number | null, chatId: number) =>
        sent.change(owner, chatId, { retentionSeconds: seconds })
      await store.append(
        [1, 2, 3].map(() => sent.chat(owner)),
        at(1).toISOString(),
      )
      await store.append(
        [retention(60, 1), retention(90, 3), retention(60, 2)],
        at(1).toISOString(),
      )
      await store.append([retention(null, 2)], at(1).toISOString())
      expect(await store.access.chatsWithRetention({ after: 0, limit: 10 })).toEqual([
        { chatId: 1, retentionSeconds: 60 },
        { chatId: 3, retentionSeconds: 90 },
      ])
      expect(await store.access.chatsWithRetention({ after: 1, limit: 10 })).toHaveLength(1)
      expect(await store.access.chatsWithRetention({ after: 0, limit: 1 })).toHaveLength(1)
    })
  })

  describe('what admins did', () => {
    it('is listed from the newest on, of all or of one user', async () => {
      const nothing = {
        kind: undefined,
        chatId: undefined,
        messageId: undefined,
        detail: undefined,
      }
      for (const userId of [7, 8, 7])
        await store.access.noteAct({
          ...{ ...nothing, at: at(1).toISOString(), actorId: null, act: 'kick', userId },
        })
      const ids = async (userId: number | undefined, before = Number.MAX_SAFE_INTEGER, limit = 9) =>
        (await store.access.newestActs({ userId, before, limit })).map(({ id }) => id)
      expect(await ids(undefined)).toEqual([3, 2, 1])
      expect(await ids(7)).toEqual([3, 1])
      expect(await ids(undefined, 3)).toEqual([2, 1])
      expect(await ids(undefined, undefined, 1)).toEqual([3])
    })
  })

  describe('the records of uploads', () => {
    const record = (name: string, ownerId = 1) => ({
      ...{ name, ownerId, fileType: 'image/png', sizeBytes: 5_000_000_000 },
    })

    it('are found by name and owner', async () => {
      await store.uploads.add(record('a'), at(1))
      await store.uploads.add(record('b', 2), at(1))
      expect(await store.uploads.findOwn(['a', 'b', 'c'], 1)).toEqual([record('a')])
      expect((await store.uploads.findKnown(['a', 'b', 'c'])).sort()).toEqual(['a', 'b'])
    })

    it('of users with large ids are found too', async () => {
      await store.uploads.add(record('a', Number.MAX_SAFE_INTEGER), at(1))
      expect(await store.uploads.findOwn(['a'], Number.MAX_SAFE_INTEGER)).toHaveLength(1)
    })

    it('are forgotten unless a message names them', async () => {
      for (const name of ['a', 'b']) await store.uploads.add(record(name), at(1))
      expect(await store.uploads.use(['a', 'c'], at(2))).toBe(1)
      expect(await store.uploads.findUnused(at(3), 10)).toEqual(['b'])
      expect(await store.uploads.findUnused(at(1), 10)).toEqual([])
      expect(await store.uploads.removeUnused('a')).toBe(false)
      expect(await store.uploads.removeUnused('b')).toBe(true)
      expect(await store.uploads.findKnown(['a', 'b'])).toEqual(['a'])
    })
  })

  describe('the files of messages that are deleted', () => {
    const forget = (messageId: number, kind: 'chat' | 'support' = 'chat') =>
      store.append(
        [{ type: 'deletion', kind, messageId, senderId: 1, clientId: undefined }],
        at(5).toISOString(),
      )
    const filePaths = 'uploads/a, uploads/b'

    it('are unused from then on, whoever else names them', async () => {
      const record = { fileType: 'image/png', sizeBytes: 7 }
      await store.uploads.add({ ...record, name: 'a', ownerId: 1 }, at(1))
      await store.uploads.add({ ...record, name: 'b', ownerId: 2 }, at(1))
      await store.uploads.use(['a', 'b'], at(1))
      await appendMessages(store, [newEntry({ filePaths })], at(2).toISOString())
      await forget(1)
      expect(await store.uploads.findUnused(at(5), 10)).toEqual([])
      expect(await store.uploads.findUnused(at(6), 10)).toEqual(['a'])
      expect(await store.uploads.keepNamed('a', at(6))).toBe(false)
      expect(await store.uploads.removeUnused('a')).toBe(true)
    })

    it('are kept for another message of their owner, of whichever kind', async () => {
      await store.uploads.add({ name: 'a', ownerId: 1, fileType: 'image/png', sizeBytes: 7 }, at(1))
      const entries = (['chat', 'support'] as const).map((kind) => newEntry({ kind, filePaths }))
      await appendMessages(store, entries, at(2).toISOString())
      await forget(1)
      expect(await store.uploads.removeUnused('a')).toBe(false)
      expect(await store.uploads.keepNamed('a', at(6))).toBe(true)
      expect(await store.uploads.findUnused(at(9), 10)).toEqual([])
      await forget(1, 'support')
      expect(await store.uploads.removeUnused('a')).toBe(true)
    })

    it('count as what their owner keeps until they are removed', async () => {
      expect(await store.uploads.sizeOf(1)).toBe(0)
      for (const [i, name] of ['a', 'b'].entries())
        await store.uploads.add(
          { name, ownerId: 1, fileType: 'image/png', sizeBytes: i + 3 },
          at(1),
        )
      expect(await store.uploads.sizeOf(1)).toBe(7)
      await store.uploads.removeUnused('a')
      expect(await store.uploads.sizeOf(1)).toBe(4)
    })
  })
}
