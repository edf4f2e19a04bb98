import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LogEntry, NewMessageEntry } from '../../src/storage/entries.ts'
import {
  type HistoryEntry,
  MAX_REACTIONS,
  MAX_READ_BYTES,
  REACTION_BYTES,
  type Store,
} from '../../src/storage/store.ts'
import { appendMessages } from './append-messages.ts'
import { newEntry } from './new-entry.ts'
import type { TestDatabase } from './test-database.ts'

const NOW = '2024-01-01T12:00:00.123Z'

const KINDS = ['chat', 'support'] as const

/** How every store reads one chat backwards, run against one kind of database. */
export function describeHistoryContract(createDatabase: () => Promise<TestDatabase>): void {
  let database: TestDatabase
  let store: Store

  beforeEach(async () => {
    database = await createDatabase()
    store = await database.open()
  })
  afterEach(() => database.drop())

  /** Appends messages; nobody has reacted to them. */
  const append = async (entries: readonly Partial<NewMessageEntry>[]): Promise<HistoryEntry[]> => {
    const appended = await appendMessages(store, entries.map(newEntry), NOW)
    return appended.map(({ entry }) => ({ ...entry, reactions: [] }))
  }

  /** `count` entries in each of two chats of both kinds, in turn. */
  const appendToFourChats = (count: number) =>
    append(
      Array.from({ length: count }, (_, i) =>
        KINDS.flatMap((kind) => [1, 2].map((chatId) => ({ kind, chatId, content: `${i}` }))),
      ).flat(),
    )

  const of = (entries: readonly HistoryEntry[], kind: string, chatId: number) =>
    entries.filter((entry) => entry.kind === kind && entry.chatId === chatId)

  describe('readHistory', () => {
    it.each(KINDS)('an empty log has no %s entries', async (kind) => {
      const range = { kind, chatId: 1, before: undefined, limit: 10 }
      expect(await store.readHistory(range)).toEqual([])
    })

    it.each(KINDS)('the newest %s entries come whole, oldest first', async (kind) => {
      const fields = {
        ...{ kind, chatId: 7, senderId: 8, clientId: 'mine', content: 'hi' },
        ...{ fileType: 'image/png', filePaths: 'uploads/image.png' },
      }
      const entries = await append([{ kind, chatId: 7 }, fields, { kind, chatId: 7 }])
      const newest = await store.readHistory({ kind, chatId: 7, before: undefined, limit: 2 })
      expect(newest).toEqual(entries.slice(1))
    })

    it.each(KINDS)('a %s has only entries of its own kind and number', async (kind) => {
      const entries = await appendToFourChats(3)
      for (const chatId of [1, 2, 3]) {
        const read = await store.readHistory({ kind, chatId, before: undefined, limit: 100 })
        expect(read).toEqual(of(entries, kind, chatId))
      }
    })

    it.each(KINDS)('%s entries before an id exclude that id', async (kind) => {
      const own = of(await appendToFourChats(5), kind, 1)
      const read = await store.readHistory({ kind, chatId: 1, before: own[3]!.id, limit: 2 })
      expect(read).toEqual(own.slice(1, 3))
    })

    it.each(KINDS)('an id that the %s does not have is a border as well', async (kind) => {
      const entries = await appendToFourChats(5)
      const own = of(entries, kind, 1)
      const { id } = of(entries, kind, 2)[3]!
      const read = (before: number) => store.readHistory({ kind, chatId: 1, before, limit: 100 })
      expect(await read(id)).toEqual(own.filter((entry) => entry.id < id))
      expect(await read(own.at(-1)!.id + 1000)).toEqual(own)
      expect(await read(Number.MAX_SAFE_INTEGER)).toEqual(own)
      expect(await read(own[0]!.id)).toEqual([])
      expect(await read(1)).toEqual([])
    })

    it('any page is what the log says', async () => {
      const entries = await appendToFourChats(20)
      const range = fc.record({
        kind: fc.constantFrom(...KINDS),
        chatId: fc.integer({ min: 1, max: 3 }),
        before: fc.option(fc.integer({ min: 1, max: 45 }), { nil: undefined }),
        limit: fc.integer({ min: 1, max: 25 }),
      })
      await fc.assert(
        fc.asyncProperty(range, async ({ kind, chatId, before, limit }) => {
          const expected = of(entries, kind, chatId)
            .filter((entry) => before === undefined || entry.id < before)
            .slice(-limit)
          expect(await store.readHistory({ kind, chatId, before, limit })).toEqual(expected)
        }),
        { numRuns: 60 },
      )
    })

    it('pages of any size lead back to the beginning, while new entries come', async () => {
      for (const limit of [1, 2, 3, 7]) {
        const chatId = 10 + limit
        const entries = await append(
          Array.from({ length: 7 }, (_, i) => ({ chatId, content: `${i}` })),
        )
        const pages: HistoryEntry[][] = []
        for (let before: number | undefined; ; before = pages[0]![0]!.id) {
          const page = await store.readHistory({ kind: 'chat', chatId, before, limit })
          if (page.length === 0) break
          pages.unshift(page)
          await append([{ chatId, content: 'new' }])
        }
        expect(pages.flat()).toEqual(entries)
      }
    })

    it.each(KINDS)('long messages of a %s come a few at a time, and all of them', async (kind) => {
      const content = 'é'.repeat(30_000)
      const entries = await append(Array.from({ length: 12 }, () => ({ kind, content })))
      const pages: HistoryEntry[][] = []
      for (let before: number | undefined; ; before = pages[0]![0]!.id) {
        const page = await store.readHistory({ kind, chatId: 1, before, limit: 100 })
        if (page.length === 0) break
        pages.unshift(page)
      }
      expect(pages.flat()).toEqual(entries)
      for (const page of pages) expect(bytesOf(page.slice(1))).toBeLessThan(MAX_READ_BYTES)
    })

    it('names of files count, and one message comes however long it is', async () => {
      const filePaths = 'x'.repeat(MAX_READ_BYTES)
      const entries = await append([{ filePaths }, { filePaths }, {}])
      const range = { kind: 'chat', chatId: 1, before: undefined, limit: 3 } as const
      expect(await store.readHistory(range)).toEqual(entries.slice(1))
    })

    it('messages with many reactions come a few at a time, each with those given first', async () => {
      const given = Array.from({ length: MAX_REACTIONS + 50 }, (_, i) => i + 1)
      const entries = await append(Array.from({ length: 8 }, () => ({})))
      for (const { id } of entries)
        await store.append(
          given.map((senderId) => ({
            ...{ type: 'reaction', kind: 'chat', messageId: id, senderId, clientId: undefined },
            ...{ emoji: senderId % 2 ? 'a' : 'b', removed: false },
          })),
          NOW,
        )
      const read = await store.readHistory({ kind: 'chat', chatId: 1, before: undefined, limit: 8 })
      expect(read.length).toBe(Math.ceil(MAX_READ_BYTES / REACTION_BYTES / MAX_REACTIONS))
      const told = given.slice(0, MAX_REACTIONS)
      for (const { reactions } of read)
        expect(reactions).toEqual([
          { emoji: 'a', userIds: told.filter((userId) => userId % 2 === 1) },
          { emoji: 'b', userIds: told.filter((userId) => userId % 2 === 0) },
        ])
    })
  })

  describe('readAfter', () => {
    it('reads long messages and their edits a few at a time, and all of them', async () => {
      const content = 'x'.repeat(60_000)
      for (const kind of KINDS) await append([{ kind, content }, { kind, content }, { kind }])
      for (let i = 0; i < 12; i += 1) {
        const of = { kind: KINDS[i % 2]!, messageId: 1, senderId: 1, clientId: undefined }
        await store.append([{ type: 'edit', ...of, content: `${content}${i}` }], NOW)
      }
      const pages: LogEntry[][] = []
      for (let offset = 0; ; offset = pages.at(-1)!.at(-1)!.offset) {
        const page = await store.readAfter(offset, 100)
        if (page.length === 0) break
        pages.push(page)
      }
      const offsets = pages.flat().map(({ offset }) => offset)
      expect(offsets).toEqual(Array.from({ length: 18 }, (_, i) => i + 1))
      for (const page of pages) expect(bytesOf(page.slice(0, -1))).toBeLessThan(MAX_READ_BYTES)
    })
  })
}

function bytesOf(entries: readonly LogEntry[]): number {
  const contents = entries.map((entry) => ('content' in entry ? entry.content : ''))
  return Buffer.byteLength(contents.join(''))
}
