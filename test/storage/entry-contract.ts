import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { NewMessageEntry } from '../../src/storage/entries.ts'
import type { Appended, Store } from '../../src/storage/store.ts'
import { appendMessages, readMessages } from './append-messages.ts'
import { newEntry } from './new-entry.ts'
import type { TestDatabase } from './test-database.ts'

const NOW = '2024-01-01T12:00:00.123Z'
const LATER = '2024-01-01T12:00:01.000Z'

const offsets = (appended: readonly Appended[]) => appended.map(({ entry }) => entry.offset)
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1)

/** What every store keeps of an entry, and keeps once, run against one kind of database. */
export function describeEntryContract(createDatabase: () => Promise<TestDatabase>): void {
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

  describe('what is stored', () => {
    const roundTrip = async (fields: Partial<NewMessageEntry>, createdAt = NOW) => {
      const before = await store.lastOffset()
      const [appended] = await appendMessages(store, [newEntry(fields)], createdAt)
      const [read] = await readMessages(store, before, 1)
      expect(read).toEqual(appended!.entry)
      return read!
    }

    it.each(['chat', 'support'] as const)('a %s entry comes back whole', async (kind) => {
      const fields = {
        ...{ kind, chatId: 7, senderId: 8, clientId: 'mine', content: 'hi' },
        ...{ fileType: 'image/png', filePaths: 'uploads/image.png' },
      }
      expect(await roundTrip(fields)).toEqual({
        ...{ type: 'message', ...fields, id: 1, offset: 1, createdAt: NOW },
        ...{ replyTo: undefined, editedAt: undefined, deletedAt: undefined },
        isFromCustomer: kind === 'support' ? true : undefined,
      })
    })

    it('what was not given stays undefined, and empty text stays empty', async () => {
      const absent = { clientId: undefined, fileType: undefined, filePaths: undefined }
      expect(await roundTrip(absent)).toMatchObject(absent)
      const empty = { content: '', fileType: '', filePaths: '' }
      expect(await roundTrip(empty)).toMatchObject(empty)
    })

    it.each([
      '2024-01-01T12:00:00.000Z',
      '2024-01-01T12:00:00.001Z',
      '2024-02-29T23:59:59.999Z',
      '2024-07-01T00:00:00.120Z',
      '1970-01-01T00:00:00.000Z',
      '9999-12-31T23:59:59.999Z',
    ])('the time %s keeps its milliseconds', async (createdAt) => {
      expect((await roundTrip({ kind: 'chat' }, createdAt)).createdAt).toBe(createdAt)
      expect((await roundTrip({ kind: 'support' }, createdAt)).createdAt).toBe(createdAt)
    })

    it.each([
      ['emoji', '👩‍👩‍👧‍👦 😀 🏴󠁧󠁢󠁥󠁮󠁧󠁿'],
      ['many scripts', 'Grüße Привет 你好 שלום नमस्ते'],
      ['combining marks as they are', 'e\u0301 \u00e9'],
      ['quotes', `'"\`´“” '' "" \\' \\"`],
      ['statements', "'); DROP TABLE messages; -- $1 ?1 :a @b"],
      ['JSON', '{"a":[1,null],"\\u0041":"\\n"}'],
      ['white space', ' \t\r\n a \r\n\u2028\u2029\u00a0 '],
      ['control characters', '\u0001\u0007\u001b[31m\u007f\u0085\ufeff\uffff'],
      ['text that looks like a number or a time', '0012.50e3'],
      ['64 KiB', '0123456789abcdef'.repeat(4096)],
      ['64 KiB of emoji', '😀'.repeat(16_384)],
    ])('%s are stored to the letter', async (_what, text) => {
      const texts = { content: text, fileType: text, filePaths: text }
      expect(await roundTrip({ kind: 'chat', ...texts })).toMatchObject(texts)
      expect(await roundTrip({ kind: 'support', ...texts })).toMatchObject(texts)
    })

    it('any text without U+0000 and lone surrogates is stored to the letter', async () => {
      const text = fc
        .string({ unit: 'binary' })
        .map((raw) => raw.replaceAll('\0', '').toWellFormed())
      await fc.assert(
        fc.asyncProperty(fc.array(text, { minLength: 1 }), async (contents) => {
          const before = await store.lastOffset()
          await appendMessages(
            store,
            contents.map((content) => newEntry({ content })),
            NOW,
          )
          const read = await readMessages(store, before, contents.length)
          expect(read.map(({ content }) => content)).toEqual(contents)
        }),
        { numRuns: 30 },
      )
    })

    it('ids up to the largest safe integer are exact', async () => {
      const large = Number.MAX_SAFE_INTEGER
      for (const kind of ['chat', 'support'] as const) {
        const fields = { kind, chatId: large, senderId: large - 1, clientId: kind }
        expect(await roundTrip(fields)).toMatchObject(fields)
        expect(await appendMessages(store, [newEntry(fields)], LATER)).toMatchObject([
          { repeated: true },
        ])
      }
    })
  })

  describe('a repeated client_id', () => {
    it('in the same batch is the first entry', async () => {
      const named = newEntry({ clientId: 'a', content: 'first' })
      const appended = await appendMessages(
        store,
        [named, newEntry(), { ...named, content: 'second', chatId: 9 }, newEntry()],
        NOW,
      )
      expect(appended.map(({ repeated }) => repeated)).toEqual([false, false, true, false])
      expect(appended[2]!.entry).toEqual(appended[0]!.entry)
      expect(offsets(appended)).toEqual([1, 2, 1, 3])
      expect(await readMessages(store, 0, 10)).toHaveLength(3)
    })

    it('in a later batch is the first entry, with its time, and uses no offset', async () => {
      const named = newEntry({ clientId: 'a', content: 'first', fileType: 'x', filePaths: 'y' })
      const [first] = await appendMessages(store, [named], NOW)
      const again = await appendMessages(
        store,
        [{ ...named, content: 'second' }, newEntry()],
        LATER,
      )
      expect(again[0]).toEqual({ entry: first!.entry, repeated: true })
      expect(again[1]).toMatchObject({ repeated: false, entry: { offset: 2 } })
      expect(await store.lastOffset()).toBe(2)
    })

    it('in a batch of nothing else stores nothing', async () => {
      const named = newEntry({ clientId: 'a' })
      await appendMessages(store, [named], NOW)
      expect(await appendMessages(store, [named, named], LATER)).toMatchObject([
        { repeated: true, entry: { offset: 1 } },
        { repeated: true, entry: { offset: 1 } },
      ])
      expect(await store.lastOffset()).toBe(1)
      expect(await readMessages(store, 0, 10)).toHaveLength(1)
    })

    it.each([
      ['chat', 'support'],
      ['support', 'chat'],
    ] as const)('of a %s entry is the same message as a %s entry', async (kind, other) => {
      const [first, inBatch] = await appendMessages(
        store,
        [newEntry({ kind, clientId: 'a' }), newEntry({ kind: other, clientId: 'a' })],
        NOW,
      )
      const [inLater] = await appendMessages(
        store,
        [newEntry({ kind: other, clientId: 'a' })],
        LATER,
      )
      expect(inBatch).toEqual({ entry: first!.entry, repeated: true })
      expect(inLater).toEqual({ entry: first!.entry, repeated: true })
      expect(await readMessages(store, 0, 10)).toEqual([first!.entry])
    })

    it('after the store was opened again is the first entry', async () => {
      const named = newEntry({ clientId: 'a' })
      const [first] = await appendMessages(store, [named], NOW)
      await reopen()
      expect(await appendMessages(store, [named], LATER)).toEqual([
        { entry: first!.entry, repeated: true },
      ])
      expect(await store.lastOffset()).toBe(1)
    })

    it('of another sender is another message', async () => {
      const appended = await appendMessages(
        store,
        [1, 2, 3].map((senderId) => newEntry({ senderId, clientId: 'a' })),
        NOW,
      )
      const [later] = await appendMessages(store, [newEntry({ senderId: 4, clientId: 'a' })], LATER)
      expect(offsets([...appended, later!])).toEqual([1, 2, 3, 4])
    })

    it('is told apart to the letter', async () => {
      const names = ['a', 'A', ' a', 'a ', 'á', 'a\u0301', '1', '01', "'", '😀', 'null', '1 a']
      const entries = names.map((clientId) => newEntry({ clientId }))
      expect(offsets(await appendMessages(store, entries, NOW))).toEqual(upTo(names.length))
      const again = await appendMessages(store, entries, LATER)
      expect(offsets(again)).toEqual(upTo(names.length))
      expect(again.every(({ repeated }) => repeated)).toBe(true)
    })

    it('does not exist where no client_id was given', async () => {
      const entry = newEntry({ clientId: undefined })
      expect(offsets(await appendMessages(store, [entry, entry], NOW))).toEqual([1, 2])
      expect(offsets(await appendMessages(store, [entry], LATER))).toEqual([3])
    })
  })
}
