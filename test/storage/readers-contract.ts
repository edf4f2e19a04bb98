import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ChatCursor } from '../../src/storage/conversation.ts'
import type { Store } from '../../src/storage/store.ts'
import { newEntry } from './new-entry.ts'
import type { TestDatabase } from './test-database.ts'

const NOW = '2024-01-01T12:00:00.123Z'
const LATER = '2024-01-01T12:00:01.000Z'

/** What every store keeps beside the log, run against one kind of database. */
export function describeReadersContract(createDatabase: () => Promise<TestDatabase>): void {
  let database: TestDatabase
  let store: Store

  beforeEach(async () => {
    database = await createDatabase()
    store = await database.open()
  })
  afterEach(() => database.drop())

  const write = (count: number, fields: Parameters<typeof newEntry>[0] = {}) =>
    store.append(
      Array.from({ length: count }, () => newEntry(fields)),
      NOW,
    )

  describe('cursors', () => {
    const cursor = (fields: Partial<ChatCursor> = {}): ChatCursor => ({
      ...{ userId: 2, kind: 'chat', chatId: 1, delivered: 0, read: 0 },
      ...fields,
    })

    it('move forward, are told when they did, and never move back', async () => {
      await write(5)
      const ahead = cursor({ delivered: 3, read: 2 })
      expect(await store.cursors.advance([ahead])).toEqual([ahead])
      expect(await store.cursors.advance([cursor({ delivered: 3, read: 1 })])).toEqual([])
      const further = cursor({ delivered: 1, read: 3 })
      expect(await store.cursors.advance([further])).toEqual([cursor({ delivered: 3, read: 3 })])
    })

    it('stop at the newest message of their chat', async () => {
      await write(3)
      await write(1, { chatId: 2 })
      const moved = await store.cursors.advance([
        cursor({ delivered: 99, read: 99 }),
        cursor({ chatId: 8, delivered: 99 }),
      ])
      expect(moved).toContainEqual(cursor({ delivered: 3, read: 3 }))
      expect(moved).not.toContainEqual(expect.objectContaining({ chatId: 8, delivered: 99 }))
    })

    it('of a thousand readers are moved at once, of both kinds', async () => {
      await write(2)
      await write(2, { kind: 'support' })
      const readers = Array.from({ length: 1_000 }, (_, i) =>
        cursor({ userId: i + 1, kind: i % 2 ? 'chat' : 'support', delivered: 2, read: 1 }),
      )
      expect(await store.cursors.advance(readers)).toHaveLength(1_000)
      expect(await store.cursors.movedSince(0, 2_000)).toHaveLength(1_000)
      expect(await store.cursors.movedSince(0, 10)).toHaveLength(10)
    })

    it('that moved are found by what the log was then', async () => {
      await write(2)
      await store.cursors.advance([cursor({ delivered: 1 })])
      await write(1)
      await store.cursors.advance([cursor({ userId: 3, delivered: 1 }), cursor({ userId: 4 })])
      const since = async (offset: number) =>
        (await store.cursors.movedSince(offset, 100)).map(({ userId }) => userId).sort()
      expect(await since(0)).toEqual([2, 3])
      expect(await since(2)).toEqual([2, 3])
      expect(await since(3)).toEqual([3])
      expect(await since(4)).toEqual([])
      // Of too many, those that moved last.
      expect((await store.cursors.movedSince(0, 1)).map(({ userId }) => userId)).toEqual([3])
    })

    it('tell what of a chat is unread: messages of others that are not deleted', async () => {
      await write(3)
      await write(2, { senderId: 2 })
      await store.append(
        [{ type: 'deletion', kind: 'chat', messageId: 3, senderId: 1, clientId: undefined }],
        LATER,
      )
      await write(4, { chatId: 7 })
      await write(1, { kind: 'support', chatId: 1 })
      await store.cursors.advance([
        cursor({ delivered: 2, read: 1 }),
        cursor({ chatId: 7 }),
        cursor({ kind: 'support' }),
        cursor({ userId: 3, delivered: 5, read: 5 }),
      ])
      expect(await store.cursors.chatsOf(2)).toMatchObject([
        { kind: 'support', chatId: 1, unread: 1, read: 0 },
        { kind: 'chat', chatId: 7, unread: 4, newest: 10 },
        { kind: 'chat', chatId: 1, unread: 1, delivered: 2, read: 1, newest: 5 },
      ])
      expect(await store.cursors.chatsOf(9)).toEqual([])
    })

    it('count at most a thousand unread messages', async () => {
      await write(1_005)
      await store.cursors.advance([cursor()])
      expect(await store.cursors.chatsOf(2)).toMatchObject([{ unread: 1_000 }])
    })

    it('look for unread messages among the newest thousand alone, whoever wrote them', async () => {
      await write(10)
      await write(995, { senderId: 2 })
      await write(1)
      await store.cursors.advance([cursor()])
      expect(await store.cursors.chatsOf(2)).toMatchObject([{ unread: 5 }])
    })

    it('count what says nothing but is there, and not what was deleted', async () => {
      await write(1, { content: '' })
      await write(1, { content: '', filePaths: 'a.png' })
      await write(2)
      await store.append(
        [4, 3].map((messageId) => ({
          ...({ type: 'deletion', kind: 'chat', messageId, senderId: 1 } as const),
          clientId: undefined,
        })),
        LATER,
      )
      await store.cursors.advance([cursor()])
      expect(await store.cursors.chatsOf(2)).toMatchObject([{ unread: 2 }])
    })

    it('are not made in a chat without any message', async () => {
      await write(1)
      const nowhere = Array.from({ length: 50 }, (_, i) =>
        cursor({ kind: i % 2 ? 'chat' : 'support', chatId: 100 + i, delivered: 9, read: 9 }),
      )
      expect(await store.cursors.advance([...nowhere, cursor({ delivered: 1 })])).toHaveLength(1)
      expect(await store.cursors.chatsOf(2)).toMatchObject([{ chatId: 1 }])
    })

    it('of a user in more chats than are told are those with the newest messages', async () => {
      const chats = Array.from({ length: 2_600 }, (_, i) => i + 1)
      // The chat with the greatest number has the oldest message.
      await store.append(
        chats.map((chatId) => newEntry({ chatId: 10_000 - chatId })),
        NOW,
      )
      await write(1, { kind: 'support', chatId: 3 })
      await store.cursors.advance([
        ...chats.map((chatId) => cursor({ chatId: 10_000 - chatId })),
        cursor({ kind: 'support', chatId: 3 }),
      ])
      const told = await store.cursors.chatsOf(2)
      expect(told.map(({ newest }) => newest)).toEqual(
        Array.from({ length: 1_000 }, (_, i) => 2_601 - i),
      )
      expect(told.every(({ unread }) => unread === 1)).toBe(true)
    })
  })

  it('messages are read clipped by their offsets, of both kinds', async () => {
    const emoji = '😀'.repeat(1_500)
    await store.append(
      [
        newEntry({ content: 'x'.repeat(1_001) }),
        newEntry({ kind: 'support', content: 'y'.repeat(5_000), filePaths: 'a.png' }),
        newEntry({ content: emoji }),
      ],
      NOW,
    )
    const change = { kind: 'chat', messageId: 1, senderId: 1, clientId: undefined } as const
    await store.append([{ type: 'edit', content: 'z', ...change }], LATER)
    const read = await store.readClipped([3, 2, 1, 4, 99])
    expect(read.sort((a, b) => a.offset - b.offset)).toMatchObject([
      { kind: 'chat', offset: 1, content: 'z' },
      { kind: 'support', offset: 2, content: 'y'.repeat(1_001), filePaths: 'a.png' },
      { kind: 'chat', offset: 3, content: '😀'.repeat(1_001) },
    ])
    expect(await store.readClipped([])).toEqual([])
  })

  describe('last seen times', () => {
    it('come newest first, and never go back', async () => {
      await store.lastSeen.note([
        { userId: 1, at: NOW },
        { userId: 2, at: LATER },
      ])
      await store.lastSeen.note([{ userId: 2, at: NOW }])
      expect(await store.lastSeen.newest(10)).toEqual([
        { userId: 2, at: LATER },
        { userId: 1, at: NOW },
      ])
      expect(await store.lastSeen.newest(1)).toHaveLength(1)
    })
  })

  it('last seen times of the future give way to any, and are told as now', async () => {
    const future = '2999-01-01T00:00:00.000Z'
    await store.lastSeen.note([
      { userId: 1, at: future },
      { userId: 2, at: future },
    ])
    await store.lastSeen.note([{ userId: 2, at: NOW }])
    const seen = await store.lastSeen.newest(10)
    expect(seen.map(({ userId }) => userId)).toEqual([1, 2])
    expect(seen[1]!.at).toBe(NOW)
    expect(new Date(seen[0]!.at).getTime()).toBeLessThanOrEqual(Date.now())
  })

  describe('search', () => {
    const search = async (text: string, more = {}) =>
      (await store.search({ text, chat: undefined, before: undefined, limit: 10, ...more })).map(
        ({ offset }) => offset,
      )
    const say = (content: string, fields = {}) =>
      store.append([newEntry({ content, ...fields })], NOW)

    it('finds messages whose words begin with those that are searched for, newest first', async () => {
      await say('The quick brown fox')
      await say('A quickly written letter', { kind: 'support' })
      await say('Nothing of that')
      expect(await search('quick')).toEqual([2, 1])
      expect(await search('QUICK bro')).toEqual([1])
      expect(await search('fox, quick!')).toEqual([1])
      expect(await search('uick')).toEqual([])
    })

    it('finds a word wherever it stands in a long message', async () => {
      const words = Array.from({ length: 40 }, (_, i) => `word${i}x`)
      await say(words.join(' '))
      for (const word of words) expect(await search(word)).toEqual([1])
    })

    it('finds words of every script, and digits', async () => {
      await say('Grüße an Müller 2024')
      await say('Привет мир')
      for (const text of ['grüße', 'müll', '2024', 'GRÜSSE'.replace('SS', 'ß')])
        expect(await search(text)).toEqual([1])
      expect(await search('привет')).toEqual([2])
    })

    it.each([
      '"',
      '*',
      "'",
      'AND',
      'a OR b',
      'content:x',
      '(',
      ':*',
      '-x',
      '$1',
      '\\',
      '%',
      'NEAR(',
    ])('takes %j as text, not as a query', async (text) => {
      await say('plain words')
      expect(await search(text)).toEqual([])
    })

    it('is narrowed to a chat, and paged by offset', async () => {
      for (let i = 0; i < 6; i += 1) await say(`word ${i}`, { chatId: 1 + (i % 2) })
      await say('word', { kind: 'support', chatId: 1 })
      expect(await search('word', { chat: { kind: 'chat', id: 1 } })).toEqual([5, 3, 1])
      expect(await search('word', { chat: { kind: 'support', id: 1 } })).toEqual([7])
      expect(await search('word', { limit: 2 })).toEqual([7, 6])
      expect(await search('word', { limit: 2, before: 6 })).toEqual([5, 4])
    })

    it('finds a message by what it says now, and a deleted one not at all', async () => {
      await say('before')
      expect(await search('before')).toEqual([1])
      const change = { kind: 'chat', messageId: 1, senderId: 1, clientId: undefined } as const
      await store.append([{ type: 'edit', content: 'after', ...change }], LATER)
      expect([await search('before'), await search('after')]).toEqual([[], [1]])
      await store.append([{ type: 'deletion', ...change }], LATER)
      expect(await search('after')).toEqual([])
    })

    it('shows the part of a message around what was found', async () => {
      await say(`${'x '.repeat(100)}needle${' y'.repeat(200)}`)
      const query = { text: 'need', chat: undefined, before: undefined, limit: 1 }
      const [found] = await store.search(query)
      expect(found!.snippet).toContain('x needle y')
      expect(found!.snippet.length).toBeLessThan(170)
      expect(found!.snippet).toMatch(/^….*…$/)
    })

    it('finds what was stored while the store was closed for it', async () => {
      await write(700, { content: 'many' })
      await database.close(store)
      store = await database.open()
      await say('many more')
      expect(await search('many', { limit: 1_000 })).toHaveLength(701)
    })
  })
}
