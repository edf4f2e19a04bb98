import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { NewMessageEntry } from '../../src/storage/entries.ts'
import type { Appended, Store } from '../../src/storage/store.ts'
import { appendMessages, appendWithRetries, readMessages } from './append-messages.ts'
import { newEntry } from './new-entry.ts'
import type { TestDatabase } from './test-database.ts'

const NOW = '2024-01-01T12:00:00.123Z'
const LATER = '2024-01-01T12:00:01.000Z'

const offsets = (appended: readonly Appended[]) => appended.map(({ entry }) => entry.offset)
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1)

/** How every store keeps the order of its entries, run against one kind of database. */
export function describeStoreContract(createDatabase: () => Promise<TestDatabase>): void {
  let database: TestDatabase
  let store: Store

  beforeEach(async () => {
    database = await createDatabase()
    store = await database.open()
  })
  afterEach(() => database.drop())

  const reopen = async () => {
    await database.close(store)
    store = await database.open()
  }

  describe('offsets and ids', () => {
    it('an empty log has the offset 0 and no entries', async () => {
      expect(await store.lastOffset()).toBe(0)
      expect(await readMessages(store, 0, 10)).toEqual([])
    })

    it('an empty batch stores nothing', async () => {
      expect(await appendMessages(store, [], NOW)).toEqual([])
      expect(await store.lastOffset()).toBe(0)
    })

    it('offsets count both kinds from 1 without gaps, in the order of the batches', async () => {
      const kinds = ['chat', 'support', 'support', 'chat', 'chat'] as const
      const entries = kinds.map((kind, i) => newEntry({ kind, content: `${i}` }))
      expect(offsets(await appendMessages(store, entries, NOW))).toEqual([1, 2, 3, 4, 5])
      expect(offsets(await appendMessages(store, entries, NOW))).toEqual([6, 7, 8, 9, 10])
      expect(await store.lastOffset()).toBe(10)
      const contents = (await readMessages(store, 0, 100)).map(({ content }) => content)
      expect(contents).toEqual(['0', '1', '2', '3', '4', '0', '1', '2', '3', '4'])
    })

    it('ids count up within each kind', async () => {
      const entries = ['chat', 'support', 'chat'].map((kind) =>
        newEntry({ kind: kind as NewMessageEntry['kind'] }),
      )
      const appended = await appendMessages(store, [...entries, ...entries], NOW)
      const idsOf = (kind: string) =>
        appended.filter(({ entry }) => entry.kind === kind).map(({ entry }) => entry.id)
      expect(idsOf('chat')).toEqual([1, 2, 3, 4])
      expect(idsOf('support')).toEqual([1, 2])
    })

    it('a batch of 1000 is answered in its own order', async () => {
      const entries = upTo(1000).map((i) =>
        newEntry({ kind: i % 3 === 0 ? 'support' : 'chat', content: `${i}`, clientId: `c${i}` }),
      )
      const appended = await appendMessages(store, entries, NOW)
      expect(offsets(appended)).toEqual(upTo(1000))
      expect(appended.map(({ entry }) => entry.content)).toEqual(entries.map((e) => e.content))
      expect(await readMessages(store, 0, 2000)).toEqual(appended.map(({ entry }) => entry))
    })
  })

  it('confirming that something can be stored changes nothing', async () => {
    await appendMessages(store, [newEntry()], NOW)
    const { epoch } = store
    for (let i = 0; i < 3; i += 1) await store.confirmWritable()
    expect(await store.lastOffset()).toBe(1)
    await reopen()
    expect(store.epoch).toBe(epoch)
    expect(await readMessages(store, 0, 10)).toHaveLength(1)
  })

  describe('readAfter', () => {
    it('pages through both kinds in order', async () => {
      const entries = upTo(23).map((i) =>
        newEntry({ kind: i % 5 < 2 ? 'support' : 'chat', content: `${i}` }),
      )
      const appended = await appendMessages(store, entries, NOW)
      const pages: number[][] = []
      for (let after = 0; ; ) {
        const page = await readMessages(store, after, 5)
        if (page.length === 0) break
        pages.push(page.map(({ offset }) => offset))
        after = page.at(-1)!.offset
      }
      expect(pages.map((page) => page.length)).toEqual([5, 5, 5, 5, 3])
      expect(pages.flat()).toEqual(offsets(appended))
    })

    it('returns nothing at and beyond the end', async () => {
      await appendMessages(store, [newEntry()], NOW)
      expect(await readMessages(store, 1, 10)).toEqual([])
      expect(await readMessages(store, Number.MAX_SAFE_INTEGER, 10)).toEqual([])
    })
  })

  describe('a refused batch', () => {
    it.each<[string, object]>([
      ['a chat that is no number', { chatId: Number.NaN }],
      ['a sender that is no number', { senderId: Number.NaN }],
      ['no content', { content: undefined }],
    ])('with %s stores nothing and leaves no gap', async (_what, wrong) => {
      await appendMessages(store, [newEntry({ content: 'before' })], NOW)
      const batch = [newEntry({ clientId: 'a' }), newEntry({ kind: 'support', ...wrong })]
      await expect(appendMessages(store, batch, NOW)).rejects.toMatchObject({
        name: 'ChatwsError',
        code: 'STORAGE_REJECTED',
        retryable: false,
        cause: expect.anything(),
      })
      expect(await store.lastOffset()).toBe(1)
      const [next] = await appendMessages(
        store,
        [newEntry({ clientId: 'a', content: 'after' })],
        LATER,
      )
      expect(next).toMatchObject({ repeated: false, entry: { offset: 2, content: 'after' } })
      expect((await readMessages(store, 0, 10)).map((e) => e.content)).toEqual(['before', 'after'])
    })

    it('does not take other batches with it', async () => {
      const good = (content: string) => appendMessages(store, [newEntry({ content })], NOW)
      const bad = appendMessages(store, [newEntry({ chatId: Number.NaN })], NOW)
      const outcomes = await Promise.allSettled([good('a'), bad, good('b'), good('c')])
      expect(outcomes.map(({ status }) => status)).toEqual([
        ...['fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
      ])
      const read = await readMessages(store, 0, 10)
      expect(read.map(({ offset }) => offset)).toEqual([1, 2, 3])
      expect(read.map(({ content }) => content).sort()).toEqual(['a', 'b', 'c'])
    })
  })

  describe('opened twice', () => {
    const appendMany = async (to: Store, writer: number) => {
      const appended: Appended[] = []
      for (const i of upTo(15)) {
        const batch = (['chat', 'support', 'chat'] as const).map((kind, k) =>
          newEntry({ kind, senderId: writer, clientId: `${i}-${k}` }),
        )
        appended.push(...(await appendWithRetries(to, batch, NOW)))
      }
      return appended
    }

    it('gives every entry an offset of its own, without gaps', async () => {
      const other = await database.open()
      const [mine, theirs] = await Promise.all([appendMany(store, 1), appendMany(other, 2)])
      const all = [...mine, ...theirs]
      expect(all.filter(({ repeated }) => repeated)).toEqual([])
      expect(offsets(all).sort((a, b) => a - b)).toEqual(upTo(90))
      expect(offsets(mine)).toEqual(offsets(mine).sort((a, b) => a - b))
      const read = await readMessages(other, 0, 100)
      expect(read).toEqual(all.map(({ entry }) => entry).sort((a, b) => a.offset - b.offset))
    })

    it('stores a client_id once that both append at the same time', async () => {
      const other = await database.open()
      const entry = newEntry({ clientId: 'a' })
      const [mine, theirs] = await Promise.all([
        appendWithRetries(store, [entry], NOW),
        appendWithRetries(other, [{ ...entry, kind: 'support' }], LATER),
      ])
      expect(mine[0]!.entry).toEqual(theirs[0]!.entry)
      expect([mine[0]!.repeated, theirs[0]!.repeated].sort()).toEqual([false, true])
      expect(await store.lastOffset()).toBe(1)
    })

    it('shares one epoch', async () => {
      expect((await database.open()).epoch).toBe(store.epoch)
    })
  })

  describe('opened again', () => {
    it('has everything that was stored, and goes on behind it', async () => {
      const entries = upTo(10).map((i) => newEntry({ kind: i % 2 ? 'chat' : 'support' }))
      const appended = await appendMessages(store, entries, NOW)
      await reopen()
      expect(await store.lastOffset()).toBe(10)
      expect(await readMessages(store, 0, 100)).toEqual(appended.map(({ entry }) => entry))
      expect(await appendMessages(store, [newEntry()], LATER)).toMatchObject([
        { entry: { offset: 11, id: 6 }, repeated: false },
      ])
    })

    it('keeps its epoch', async () => {
      const { epoch } = store
      await reopen()
      expect(store.epoch).toBe(epoch)
      expect(epoch).not.toBe('')
    })

    it('has another epoch than another database', async () => {
      const another = await createDatabase()
      try {
        expect((await another.open()).epoch).not.toBe(store.epoch)
      } finally {
        await another.drop()
      }
    })
  })

  it('four stores that open a fresh database at once share its history', async () => {
    const fresh = await createDatabase()
    try {
      const stores = await Promise.all(upTo(4).map(() => fresh.open()))
      expect(new Set(stores.map(({ epoch }) => epoch)).size).toBe(1)
      for (const one of stores) await appendWithRetries(one, [newEntry()], NOW)
      expect(await stores[0]!.lastOffset()).toBe(4)
    } finally {
      await fresh.drop()
    }
  })
}
