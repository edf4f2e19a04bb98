import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MAX_OWN_REACTIONS } from '../../src/protocol/limits.ts'
import type {
  NewDeletion,
  NewEdit,
  NewEntry,
  NewReaction,
  NewSupportChange,
} from '../../src/storage/entries.ts'
import type { Store } from '../../src/storage/store.ts'
import { appendPatiently } from './append-messages.ts'
import { newEntry } from './new-entry.ts'
import { shorts } from './outcome-shorts.ts'
import type { TestDatabase } from './test-database.ts'

const NOW = '2024-01-01T12:00:00.123Z'
const LATER = '2024-01-01T12:00:01.000Z'

const KINDS = ['chat', 'support'] as const
type Kind = (typeof KINDS)[number]

const by = (senderId: number, clientId?: string) => ({ senderId, clientId })
const edit = (kind: Kind, messageId: number, content: string, who = by(1)): NewEdit => ({
  ...{ type: 'edit', kind, messageId, content },
  ...who,
})
const deletion = (kind: Kind, messageId: number, who = by(1)): NewDeletion => ({
  ...{ type: 'deletion', kind, messageId },
  ...who,
})
const reaction = (
  kind: Kind,
  messageId: number,
  { emoji = '👍', removed = false, who = by(2) } = {},
): NewReaction => ({ ...{ type: 'reaction', kind, messageId, emoji, removed }, ...who })
const support = (
  chatId: number,
  change: Partial<Pick<NewSupportChange, 'status' | 'assignee'>>,
): NewSupportChange => ({
  ...{ type: 'support', chatId, status: undefined, assignee: undefined },
  ...change,
  ...by(9),
})

/** What becomes of messages and chats after they were written, run against one kind of database. */
export function describeConversationContract(createDatabase: () => Promise<TestDatabase>): void {
  let database: TestDatabase
  let store: Store

  beforeEach(async () => {
    database = await createDatabase()
    store = await database.open()
  })
  afterEach(() => database.drop())

  const append = async (...entries: NewEntry[]) => shorts(await store.append(entries, LATER))
  const history = (kind: Kind, chatId = 1) =>
    store.readHistory({ kind, chatId, before: undefined, limit: 100 })
  const log = async () =>
    (await store.readAfter(0, 1_000)).map(({ type, offset }) => [type, offset])

  describe.each(KINDS)('a %s message', (kind) => {
    beforeEach(() => store.append([newEntry({ kind, content: 'first' })], NOW))

    it('that is edited has its newest content everywhere, and each edit is in the log', async () => {
      expect(await append(edit(kind, 1, 'second'), edit(kind, 1, 'third'))).toEqual(['2', '3'])
      expect(await history(kind)).toMatchObject([
        { content: 'third', offset: 1, createdAt: NOW, editedAt: LATER, deletedAt: undefined },
      ])
      expect(await store.readAfter(0, 10)).toMatchObject([
        { type: 'message', content: 'third' },
        { type: 'edit', kind, id: 1, chatId: 1, senderId: 1, content: 'third', createdAt: LATER },
        { type: 'edit', content: 'third' },
      ])
    })

    it('that is edited to what it says already stays as it is', async () => {
      expect(await append(edit(kind, 1, 'first'))).toEqual(['=1'])
      expect(await store.lastOffset()).toBe(1)
    })

    it('that is deleted leaves its id, and nothing of its content in the database', async () => {
      await store.append(
        [newEntry({ kind, content: 'secret', fileType: 'a/b', filePaths: 'c' })],
        NOW,
      )
      expect(await append(edit(kind, 2, 'top secret'), deletion(kind, 2))).toEqual(['3', '4'])
      expect(await append(deletion(kind, 2))).toEqual(['=4'])
      expect(await history(kind)).toMatchObject([
        { id: 1 },
        { id: 2, content: '', fileType: undefined, filePaths: undefined, deletedAt: LATER },
      ])
      const read = JSON.stringify(await store.readAfter(0, 10))
      expect(read).not.toContain('secret')
    })

    it('is changed by its sender only', async () => {
      const outcomes = await append(edit(kind, 1, 'x', by(2)), deletion(kind, 1, by(2)))
      expect(outcomes).toEqual(['FORBIDDEN', 'FORBIDDEN'])
      expect(await history(kind)).toMatchObject([{ content: 'first' }])
    })

    it('that does not exist, or not any more, is not found', async () => {
      await append(deletion(kind, 1))
      expect(
        await append(edit(kind, 1, 'x'), reaction(kind, 1), edit(kind, 7, 'x'), deletion(kind, 7)),
      ).toEqual(['NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND'])
    })

    it('of the other kind is another message', async () => {
      const other = kind === 'chat' ? 'support' : 'chat'
      expect(await append(edit(other, 1, 'x'), reaction(other, 1))).toEqual([
        'NOT_FOUND',
        'NOT_FOUND',
      ])
    })

    it('has each reaction of a user once, in the order of giving', async () => {
      const outcomes = await append(
        reaction(kind, 1),
        reaction(kind, 1),
        reaction(kind, 1, { who: by(3) }),
        reaction(kind, 1, { emoji: '❤️' }),
        reaction(kind, 1, { emoji: '❤️', removed: true }),
        reaction(kind, 1, { emoji: '🎉', removed: true }),
      )
      expect(outcomes).toEqual(['2', '=2', '3', '4', '5', '=5'])
      const [message] = await history(kind)
      expect(message!.reactions).toEqual([{ emoji: '👍', userIds: [2, 3] }])
      expect((await store.readAfter(3, 10))[0]).toMatchObject({
        ...{ type: 'reaction', kind, id: 1, chatId: 1, senderId: 2, emoji: '❤️', removed: false },
      })
    })

    it('has no more reactions of a user than there may be, in one batch or in many', async () => {
      const one = (i: number, fields: Parameters<typeof reaction>[2] = {}) =>
        reaction(kind, 1, { emoji: `e${i}`, ...fields })
      const all = Array.from({ length: MAX_OWN_REACTIONS }, (_, i) => one(i))
      await append(...all.slice(0, 5))
      const outcomes = await append(...all.slice(5), one(98), one(0), one(98, { who: by(3) }))
      expect(outcomes.slice(-3)).toEqual([
        'FORBIDDEN',
        expect.stringMatching('='),
        expect.any(String),
      ])
      const stored = (await log()).length
      expect(await append(one(97))).toEqual(['FORBIDDEN'])
      const freed = [one(0, { removed: true }), one(97), one(96)]
      expect(await append(...freed)).toEqual([`${stored + 1}`, `${stored + 2}`, 'FORBIDDEN'])
      const [message] = await history(kind)
      const own = message!.reactions.filter(({ userIds }) => userIds.includes(2))
      expect(own).toHaveLength(MAX_OWN_REACTIONS)
    })

    it('has a reaction again that was removed in an earlier batch', async () => {
      await append(reaction(kind, 1))
      await append(reaction(kind, 1, { removed: true }))
      expect((await history(kind))[0]!.reactions).toEqual([])
      await append(reaction(kind, 1))
      expect((await history(kind))[0]!.reactions).toEqual([{ emoji: '👍', userIds: [2] }])
    })

    it('may answer a message of its own chat only', async () => {
      const reply = (chatId: number, replyTo: number) => newEntry({ kind, chatId, replyTo })
      expect(await append(reply(1, 1), reply(2, 1), reply(1, 99))).toEqual([
        '2',
        'NOT_FOUND',
        'NOT_FOUND',
      ])
      expect((await history(kind))[1]).toMatchObject({ replyTo: 1 })
    })

    it('is changed once by an entry of one name, also after the store was opened again', async () => {
      const named = edit(kind, 1, 'second', by(1, 'e'))
      expect(await append(named, named)).toEqual(['2', '=2'])
      await database.close(store)
      store = await database.open()
      await append(edit(kind, 1, 'third'))
      // Under the name of an edit, a deletion is none.
      expect(await append(named, deletion(kind, 1, by(1, 'e')))).toEqual(['=2', 'FORBIDDEN'])
      expect(await history(kind)).toMatchObject([{ content: 'third' }])
    })
  })

  it('a batch of everything has offsets without a gap, and what is refused takes none', async () => {
    await store.append(
      KINDS.map((kind) => newEntry({ kind })),
      NOW,
    )
    const outcomes = await append(
      ...[newEntry(), edit('chat', 1, 'x'), edit('chat', 5, 'x'), reaction('support', 1)],
      ...[newEntry({ kind: 'support' }), deletion('chat', 1, by(2)), support(1, { assignee: 9 })],
      ...[reaction('chat', 1), deletion('support', 1)],
    )
    expect(outcomes).toEqual(['3', '4', 'NOT_FOUND', '5', '6', 'FORBIDDEN', '7', '8', '9'])
    expect(await log()).toEqual([
      ...[
        ['message', 1],
        ['message', 2],
        ['message', 3],
        ['edit', 4],
        ['reaction', 5],
      ],
      ...[
        ['message', 6],
        ['support', 7],
        ['reaction', 8],
        ['deletion', 9],
      ],
    ])
  })

  it('two stores that change messages at once give out each offset once', async () => {
    const other = await database.open()
    await store.append([newEntry()], NOW)
    const changes = async (to: Store, senderId: number) => {
      for (let i = 0; i < 12; i += 1) {
        await appendPatiently(to, [newEntry({ senderId, clientId: `m${i}` })], NOW)
        const change = { emoji: `${senderId}`, removed: i % 2 === 1 }
        await appendPatiently(to, [reaction('chat', 1, change)], LATER)
      }
    }
    await Promise.all([changes(store, 1), changes(other, 2)])
    const offsets = (await log()).map(([, offset]) => offset)
    expect(offsets).toEqual(Array.from({ length: 49 }, (_, i) => i + 1))
  })

  describe('a support chat', () => {
    const message = (chatId: number, isFromAgent = false) =>
      newEntry({ kind: 'support', chatId, senderId: isFromAgent ? 9 : 1, isFromAgent })
    const queue = async () =>
      (await store.readSupportQueue(10)).map(({ chatId, assignee, waitingSince }) => [
        ...[chatId, assignee, waitingSince],
      ])

    it('waits from the first message that no agent has answered', async () => {
      await store.append([message(5)], NOW)
      await store.append([message(5), message(6)], LATER)
      expect(await queue()).toEqual([
        [5, null, NOW],
        [6, null, LATER],
      ])
      await append(message(5, true))
      expect(await queue()).toEqual([
        [6, null, LATER],
        [5, null, null],
      ])
      expect(await store.readSupportQueue(1)).toMatchObject([{ chatId: 6, newest: 3 }])
      expect(await store.readSupportQueue(2)).toMatchObject([
        { chatId: 6 },
        { chatId: 5, newest: 4 },
      ])
    })

    it('has a state that is changed, told and kept', async () => {
      await store.append([message(5)], NOW)
      expect(await append(support(5, { assignee: 9 }), support(5, { assignee: 9 }))).toEqual([
        '2',
        '=2',
      ])
      expect(
        await append(support(5, { status: 'closed' }), support(7, { status: 'open' })),
      ).toEqual(['3', 'NOT_FOUND'])
      expect((await store.readAfter(1, 10)).at(-1)).toMatchObject({
        ...{ type: 'support', kind: 'support', id: 5, chatId: 5, senderId: 9 },
        ...{ status: 'closed', assignee: 9 },
      })
      expect(await queue()).toEqual([])
    })

    it('is opened again by a message of the customer, not by one of an agent', async () => {
      await append(message(5), support(5, { status: 'closed', assignee: 9 }), message(5, true))
      expect(await queue()).toEqual([])
      await append(message(5))
      expect(await queue()).toEqual([[5, 9, LATER]])
    })
  })
}
