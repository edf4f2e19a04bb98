import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Reader } from '../../src/storage/access-records.ts'
import type { NewEntry } from '../../src/storage/entries.ts'
import type { Store } from '../../src/storage/store.ts'
import { asOpen, sent, user } from './new-access-entry.ts'
import type { TestDatabase } from './test-database.ts'

const AT = '2024-01-01T12:00:00.000Z'
const OWNER = user(1)
const FILE = `${'a'.repeat(32)}.png`

const reader = (userId: number, more: Partial<Reader> = {}): Reader => ({
  ...{ userId, isAgent: false, granted: [], ...more },
})

/** What parts of chats with members readers find, run against one kind of database. */
export function describePartsContract(createDatabase: () => Promise<TestDatabase>): void {
  let database: TestDatabase
  let store: Store

  beforeEach(async () => {
    database = await createDatabase()
    store = await database.open()
  })
  afterEach(() => database.drop())

  const append = (...entries: NewEntry[]) => store.append(entries, AT)
  const join = (chatId: number, userId: number) =>
    append(sent.members(user(userId), chatId, { act: 'join' }))

  describe('a file', () => {
    const filePaths = `uploads/${FILE}`
    const readers = async (...all: Reader[]) =>
      Promise.all(all.map((one) => store.access.mayReadUpload(FILE, one)))

    it('is read by the members of a chat with a message that names it', async () => {
      await append(sent.chat(OWNER, {}, [2]))
      await append(sent.message(OWNER, 1, { filePaths }))
      expect(await readers(reader(2), reader(3), reader(3, { granted: [1] }))).toEqual([
        ...[true, false, true],
      ])
      await append(sent.members(OWNER, 1, { act: 'remove', userIds: [2] }))
      expect(await readers(reader(1), reader(2))).toEqual([true, false])
      await append(sent.deletion(OWNER, 1))
      expect(await readers(reader(1))).toEqual([false])
    })

    it('is known also of a message that was sent while nobody was asked', async () => {
      await append(asOpen(sent.message(OWNER, 7, { filePaths })))
      expect(await readers(reader(2, { granted: [7] }), reader(2))).toEqual([true, false])
    })

    it('of a chat that shows what came after joining is read by who was there', async () => {
      await append(sent.chat(OWNER, { history: 'since_join', visibility: 'public' }))
      await append(sent.message(OWNER, 1, { filePaths }))
      await join(1, 2)
      expect(await readers(reader(1), reader(2))).toEqual([true, false])
    })
  })

  it('public chats are found by how words of their titles begin', async () => {
    for (const title of ['Rose garden', 'Garden', 'Old rose'])
      await append(sent.chat(OWNER, { title, visibility: 'public' }))
    await append(sent.chat(OWNER, { title: 'Rose garden' }))
    const find = async (text: string, after = 0, limit = 9) =>
      (await store.access.publicChats({ after, limit, text })).map(({ chatId }) => chatId)
    expect(await find('GARD ros')).toEqual([1])
    expect(await find('rose')).toEqual([1, 3])
    expect(await find('rose', 1)).toEqual([3])
    expect(await find('rose', 0, 1)).toEqual([1])
    expect(await find('ose')).toEqual([])
  })

  it('who was last here is told of those that one shares a chat with', async () => {
    await append(sent.chat(OWNER, {}, [2, 3]), sent.chat(user(2), {}, [4]))
    await store.lastSeen.note(
      [1, 2, 3, 4, 5].map((userId) => ({ userId, at: `2024-01-01T12:00:0${userId}.000Z` })),
    )
    const sharing = async (userId: number, limit = 9) =>
      (await store.lastSeen.newest(limit, userId)).map((seen) => seen.userId)
    expect(await sharing(1)).toEqual([3, 2, 1])
    expect(await sharing(2, 2)).toEqual([4, 3])
    expect(await sharing(5)).toEqual([])
  })

  it('a part of a chat is what came above an offset, or belongs to a thread', async () => {
    await append(sent.chat(OWNER))
    for (const thread of [undefined, undefined, 1, undefined, 1])
      await append(sent.message(OWNER, 1, { thread }))
    const read = async (more: object) => {
      const range = { kind: 'chat', chatId: 1, before: undefined, limit: 2, ...more } as const
      return (await store.readHistory(range)).map(({ id }) => id)
    }
    expect(await read({ above: 3 })).toEqual([4, 5])
    expect(await read({ above: 5, userId: 1 })).toEqual([5])
    expect(await read({ above: Number.POSITIVE_INFINITY })).toEqual([])
    expect(await read({ thread: 1, before: 5 })).toEqual([3])
    const [first] = await store.readHistory({
      ...{ kind: 'chat', chatId: 1, before: 2, limit: 1 },
    })
    expect(first?.replies).toEqual({ count: 2, lastId: 5, lastAt: AT })
  })

  it('a search passes over however much others have written', async () => {
    await append(sent.chat(OWNER), sent.chat(user(2)))
    await append(sent.message(user(2), 2, { content: 'needle' }))
    for (let i = 0; i < 6; i += 1)
      await append(
        ...Array.from({ length: 200 }, () => sent.message(OWNER, 1, { content: 'needle' })),
      )
    const find = async (one: Reader) => {
      const query = { text: 'needle', chat: undefined, before: undefined, limit: 5, reader: one }
      return (await store.search(query)).map(({ chatId }) => chatId)
    }
    expect(await find(reader(2))).toEqual([2])
    expect(await find(reader(3))).toEqual([])
    expect(await find(reader(3, { granted: [1] }))).toEqual([1, 1, 1, 1, 1])
  })
}
