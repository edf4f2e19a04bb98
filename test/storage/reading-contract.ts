import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Reader } from '../../src/storage/access-records.ts'
import type { NewEntry } from '../../src/storage/entries.ts'
import type { HistoryRange, Store } from '../../src/storage/store.ts'
import { asOpen, type Doer, sent, user } from './new-access-entry.ts'
import { shorts } from './outcome-shorts.ts'
import type { TestDatabase } from './test-database.ts'

const NOW = '2024-01-01T12:00:00.000Z'
const LATER = '2024-01-01T12:00:01.000Z'
const ALL = { after: 0, limit: 100 }
const FILE = '0123456789abcdef0123456789abcdef.png'

const [ANN, BOB, CAT, DAN] = [1, 2, 3, 4].map((id) => user(id)) as [...[Doer, Doer, Doer, Doer]]
const AGENT = user(9, { isAgent: true })

const reader = ({ userId, authority }: Doer): Reader => ({
  ...{ userId, isAgent: authority.isAgent, granted: [...authority.granted.keys()] },
})

/** What each is told of what is stored, run against one kind of database. */
export function describeReadingContract(createDatabase: () => Promise<TestDatabase>): void {
  let database: TestDatabase
  let store: Store

  beforeEach(async () => {
    database = await createDatabase()
    store = await database.open()
  })
  afterEach(() => database.drop())

  const append = (...entries: NewEntry[]) => store.append(entries, NOW)
  const done = async (...entries: NewEntry[]) => shorts(await append(...entries))
  const found = async (who: Doer, chat?: { kind: 'chat' | 'support'; id: number }) =>
    (
      await store.search({
        ...{ text: 'hello', chat, before: undefined, limit: 100, reader: reader(who) },
      })
    ).map(({ offset }) => offset)
  const chats = (who: Doer) => store.cursors.chatsOf(who.userId, reader(who))
  const history = (range: Partial<HistoryRange> = {}) =>
    store.readHistory({ kind: 'chat', chatId: 1, before: undefined, limit: 100, ...range })

  describe('a search', () => {
    it('finds what is in chats of the reader, and in those that anyone may read', async () => {
      await append(
        ...[sent.chat(ANN, {}, [2]), sent.message(ANN, 1), sent.chat(CAT), sent.message(CAT, 2)],
        ...[sent.chat(CAT, { visibility: 'public' }), sent.message(CAT, 3)],
      )
      expect([await found(ANN), await found(BOB), await found(CAT), await found(DAN)]).toEqual([
        ...[[6, 2], [6, 2], [6, 4], [6]],
      ])
      expect(await found(user(4, { granted: { 1: 'reader' } }))).toEqual([6, 2])
      await append(sent.members(CAT, 3, { act: 'ban', userId: 4, until: null, reason: undefined }))
      await append(sent.members(ANN, 1, { act: 'remove', userIds: [2] }))
      expect([await found(DAN), await found(BOB)]).toEqual([[], [6]])
      expect(await found(BOB, { kind: 'chat', id: 1 })).toEqual([])
    })

    it('finds only what came after joining, where a chat has it so', async () => {
      await append(
        ...[sent.chat(ANN, { history: 'since_join', visibility: 'public' }), sent.message(ANN, 1)],
        ...[sent.members(BOB, 1, { act: 'join' }), sent.message(ANN, 1)],
      )
      expect([await found(ANN), await found(BOB), await found(CAT)]).toEqual([[4, 2], [4], []])
      await append(sent.members(BOB, 1, { act: 'leave' }), sent.message(ANN, 1))
      await append(sent.members(BOB, 1, { act: 'join' }))
      expect(await found(BOB)).toEqual([])
      expect(await done(sent.reaction(BOB, 1), sent.reaction(BOB, 3))).toEqual([
        ...['NOT_FOUND', 'NOT_FOUND'],
      ])
    })

    it('finds support messages for agents and the one who opened the chat', async () => {
      const support = { kind: 'support' } as const
      await append(sent.message(ANN, 5, support), sent.message(BOB, 6, support))
      expect(await done(sent.message(BOB, 5, support), sent.message(AGENT, 5, support))).toEqual([
        ...['NOT_FOUND', '3'],
      ])
      expect([await found(ANN), await found(BOB), await found(AGENT)]).toEqual([
        ...[[3, 1], [2], [3, 2, 1]],
      ])
      expect(await store.access.supportChatsOf(1, ALL)).toEqual([5])
      expect([await store.access.customerOf(6), await store.access.customerOf(7)]).toEqual([
        ...[2, undefined],
      ])
    })

    it('does not find what is hidden', async () => {
      await append(sent.direct(ANN, 2), sent.block(BOB, 1), sent.message(ANN, 1))
      expect([await found(ANN), await found(BOB)]).toEqual([[3], []])
    })
  })

  describe('the chats of a user', () => {
    it('are those of a member, from the moment of joining, which has read what was before', async () => {
      await append(sent.chat(ANN, { title: 'Garden' }), sent.message(ANN, 1), sent.message(ANN, 1))
      await append(sent.members(ANN, 1, { act: 'add', userIds: [2], role: 'member' }))
      expect(await chats(BOB)).toMatchObject([
        {
          ...{ kind: 'chat', chatId: 1, unread: 0, read: 2, delivered: 2, newest: 3 },
          membership: { role: 'member', chat: { title: 'Garden', memberCount: 2 } },
        },
      ])
      // Nobody is told that somebody has read what was there.
      expect(await store.cursors.movedSince(0, 100)).toEqual([])
      await append(sent.message(ANN, 1), sent.message(BOB, 1))
      expect(await chats(BOB)).toMatchObject([{ unread: 1, newest: 6 }])
      await append(sent.members(ANN, 1, { act: 'remove', userIds: [2] }))
      expect(await chats(BOB)).toEqual([])
    })

    it('show what is unread, and of that what mentions the user, but nothing hidden', async () => {
      await append(sent.chat(ANN, {}, [2]), sent.direct(ANN, 2))
      await append(
        ...[sent.message(ANN, 1, { mentions: [2, 3] }), sent.message(ANN, 1, { mentions: [1] })],
        ...[sent.message(ANN, 1, { mentions: [2] }), sent.message(BOB, 1, { mentions: [2] })],
        ...[sent.message(ANN, 2), sent.block(BOB, 1), sent.message(ANN, 2, { mentions: [2] })],
      )
      const counts = async () =>
        (await chats(BOB)).map((c) => [c.chatId, c.unread, c.mentions, c.newest])
      expect(await counts()).toEqual([
        [2, 1, 0, 7],
        [1, 3, 2, 6],
      ])
      await append(sent.deletion(ANN, 3))
      const read = { userId: 2, kind: 'chat', chatId: 1, delivered: 1, read: 1 } as const
      await store.cursors.advance([read])
      expect((await counts())[1]).toEqual([1, 1, 0, 6])
      expect(
        (await store.readHistory({ kind: 'chat', chatId: 1, before: 2, limit: 1 }))[0],
      ).toEqual(expect.objectContaining({ mentions: [2, 3] }))
    })

    it('mention whom the newest text does', async () => {
      await append(sent.chat(ANN, {}, [2, 3]), sent.message(ANN, 1, { mentions: [2] }))
      await store.cursors.advance(
        [2, 3].map((userId) => ({ userId, kind: 'chat', chatId: 1, delivered: 0, read: 0 })),
      )
      const counts = async () =>
        Promise.all([BOB, CAT].map(async (who) => (await chats(who))[0]?.mentions))
      const edit = async (content: string, more = {}) => {
        const entry = sent.edit(ANN, 1, { content, ...more })
        const [outcome] = await store.append([entry], '2024-01-01T12:00:00.000Z')
        return outcome
      }
      expect(await counts()).toEqual([1, 0])
      // What says nothing of mentions leaves them, and tells them.
      expect(await edit('@Bob!')).toMatchObject({ entry: { mentions: [2] }, repeated: false })
      expect(await counts()).toEqual([1, 0])
      expect(await edit('@Bob!', { mentions: [2] })).toMatchObject({ repeated: true })
      expect(await edit('@Bob!', { mentions: [3, 1] })).toMatchObject({ repeated: false })
      expect(await counts()).toEqual([0, 1])
      expect(await edit('nobody', { mentions: [] })).toMatchObject({
        entry: { mentions: undefined },
      })
      expect(await counts()).toEqual([0, 0])
      // As of now, each entry tells what the message has now.
      await edit('@Cat', { mentions: [3] })
      const told = (await store.readAfter(1, 100)).map((entry) =>
        'mentions' in entry ? entry.mentions : entry.type,
      )
      expect(told).toEqual([[3], [3], [3], [3], [3]])
      await append(sent.deletion(ANN, 1))
      expect(await counts()).toEqual([0, 0])
      expect((await store.readAfter(1, 1))[0]).toMatchObject({ content: '', mentions: undefined })
    })

    it('are wanted as they say, in open access too', async () => {
      await append(asOpen(sent.message(ANN, 7)), asOpen(sent.settings(BOB, 7, { notify: 'none' })))
      await store.cursors.advance([{ userId: 2, kind: 'chat', chatId: 7, delivered: 1, read: 0 }])
      expect(await store.cursors.chatsOf(2)).toMatchObject([
        { notify: 'none', unread: 1, mentions: 0, membership: undefined },
      ])
      await append(sent.chat(CAT))
      expect(await done(sent.settings(CAT, 8), sent.settings(BOB, 8))).toEqual(['4', 'NOT_FOUND'])
      expect(await chats(CAT)).toMatchObject([{ chatId: 8, notify: 'mentions' }])
    })
  })

  describe('a thread', () => {
    const reply = (who: Doer, more = {}) => sent.message(who, 1, { thread: 1, ...more })

    it('counts its replies in its first message, and is read by itself', async () => {
      await append(sent.chat(ANN, {}, [2, 3]), sent.message(ANN, 1), sent.message(BOB, 1))
      await append(reply(BOB), reply(CAT), sent.message(CAT, 1))
      await store.append([reply(BOB)], LATER)
      expect(await history()).toMatchObject([
        { id: 1, replies: { count: 3, lastId: 6, lastAt: LATER } },
        ...[{ id: 2 }, { id: 3, thread: 1 }, { id: 4 }, { id: 5 }, { id: 6 }],
      ])
      expect((await history())[1]!.replies).toBeUndefined()
      expect((await history({ thread: 1, before: 6, limit: 1 })).map(({ id }) => id)).toEqual([4])
    })

    it('is not begun in a thread, nor with a message of another chat', async () => {
      await append(sent.chat(ANN), sent.chat(ANN), sent.message(ANN, 1), sent.message(ANN, 2))
      await append(reply(ANN))
      expect(
        await done(reply(ANN, { thread: 3 }), reply(ANN, { thread: 2 }), reply(ANN, { thread: 9 })),
      ).toEqual(['FORBIDDEN', 'NOT_FOUND', 'NOT_FOUND'])
    })

    it('is followed by who began it and who writes in it, unless they say otherwise', async () => {
      await append(sent.chat(ANN, {}, [2, 3, 4]), sent.message(ANN, 1))
      await append(sent.follow(ANN, 1, { isFollowed: false }), sent.follow(DAN, 1))
      await append(reply(BOB), reply(CAT))
      const threads = async ({ userId }: Doer) =>
        (await store.access.threadsOf(userId)).map((t) => [t.root.id, t.replies, t.unread, t.read])
      expect(await threads(ANN)).toEqual([])
      expect(await threads(DAN)).toEqual([[1, 2, 2, 0]])
      expect(await threads(BOB)).toEqual([[1, 2, 1, 0]])
      const read = (rootId: number, id: number) =>
        store.access.readThreads([{ userId: 4, kind: 'chat', rootId, read: id }])
      await read(1, 2)
      await read(1, 1)
      await read(77, 1)
      expect(await threads(DAN)).toEqual([[1, 2, 1, 2]])
      await append(sent.follow(DAN, 1, { isFollowed: false }))
      expect(await threads(DAN)).toEqual([])
      expect(await store.access.threadsOf(3)).toMatchObject([
        { root: { id: 1 }, lastReply: { id: 3, senderId: 3 } },
      ])
    })

    it('has no replies that are hidden from somebody', async () => {
      await append(sent.direct(ANN, 2), sent.message(BOB, 1), sent.block(BOB, 1), reply(ANN))
      expect((await history({ userId: 2 })).map(({ id, replies }) => [id, replies])).toEqual([
        [1, undefined],
      ])
      expect(await store.access.threadsOf(2)).toEqual([])
    })
  })

  it('history is cut where the reader may not read further back', async () => {
    await append(sent.chat(ANN))
    await append(...Array.from({ length: 6 }, () => sent.message(ANN, 1)))
    expect((await history({ above: 4 })).map(({ offset }) => offset)).toEqual([5, 6, 7])
    expect((await history({ above: 4, before: 6, limit: 1 })).map(({ id }) => id)).toEqual([5])
    expect(await history({ above: 7 })).toEqual([])
  })

  it('an upload is for its owner, and for who may read a message that names it', async () => {
    const upload = { name: FILE, ownerId: 1, fileType: 'image/png', sizeBytes: 1 }
    await store.uploads.add(upload, new Date(NOW))
    const may = async () => {
      const all = [ANN, BOB, CAT, AGENT].map((who) => store.access.mayReadUpload(FILE, reader(who)))
      return Promise.all(all)
    }
    expect(await may()).toEqual([true, false, false, false])
    await append(sent.chat(ANN, {}, [2]), sent.message(ANN, 1, { filePaths: `uploads/${FILE}` }))
    expect(await may()).toEqual([true, true, false, false])
    await append(sent.deletion(ANN, 1))
    expect(await may()).toEqual([true, false, false, false])
    // Whoever still knows the name cannot hand it on by that.
    await append(sent.profile(BOB, { avatar: `uploads/${FILE}` }))
    expect(await may()).toEqual([true, false, false, false])
    await append(sent.profile(ANN, { avatar: `uploads/${FILE}` }))
    expect(await may()).toEqual([true, true, true, true])
  })

  it('users have names, which are told to the chats that they are in', async () => {
    await append(sent.chat(ANN, {}, [2]), sent.chat(BOB))
    const [named] = await append(sent.profile(BOB, { name: 'Bob' }))
    expect(named).toMatchObject({ entry: { type: 'user', id: 2, name: 'Bob', chatIds: [1, 2] } })
    expect(
      await done(
        ...[sent.profile(BOB, { name: 'Bob' }), sent.profile(BOB, { name: 'x' }, 1)],
        ...[sent.profile(BOB, { avatar: 'https://x.example/a.png' }), sent.profile(CAT, {})],
      ),
    ).toEqual(['=3', 'FORBIDDEN', '4', '=4'])
    expect(await store.access.findUsers([1, 2, 3])).toEqual([
      { userId: 2, name: 'Bob', avatar: 'https://x.example/a.png' },
    ])
    await append(sent.profile(BOB, { name: null, avatar: null }))
    expect(await store.access.findUsers([2])).toEqual([])
  })

  it('those who share a chat know of each other, also in a support chat', async () => {
    await append(sent.chat(ANN, {}, [2]), sent.chat(CAT, {}, [4]))
    await append(sent.message(ANN, 5, { kind: 'support' }))
    const cursor = { userId: 9, kind: 'support', chatId: 5, delivered: 1, read: 1 } as const
    await store.cursors.advance([cursor])
    const sharing = async (id: number) =>
      (await store.access.sharingWith(id, [2, 3, 4, 9, 77])).sort((a, b) => a - b)
    expect(await sharing(1)).toEqual([2, 9])
    expect(await store.access.sharingWith(9, [1, 2])).toEqual([1])
    await store.lastSeen.note([1, 2, 3, 4].map((userId) => ({ userId, at: NOW })))
    const seen = (await store.lastSeen.newest(10, 1)).map(({ userId }) => userId)
    expect(seen.filter((userId) => userId !== 1)).toEqual([2])
    expect(await store.lastSeen.newest(10)).toHaveLength(4)
  })

  it('public chats are found by words of their titles, in pages', async () => {
    const open = { visibility: 'public' } as const
    for (const title of ['Garden club', 'The old Garden', 'Garage'])
      await append(sent.chat(ANN, { ...open, title }))
    await append(sent.chat(ANN, { title: 'Garden in private' }), sent.chat(ANN, open))
    const ids = async (text: string | undefined, page = ALL) =>
      (await store.access.publicChats({ ...page, text })).map(({ chatId }) => chatId)
    expect(await ids('gard')).toEqual([1, 2])
    expect(await ids('OLD gar')).toEqual([2])
    expect(await ids('arden')).toEqual([])
    expect(await ids(undefined)).toEqual([1, 2, 3, 5])
    expect(await ids('gar', { after: 1, limit: 1 })).toEqual([2])
  })

  it('acts that came by other ways are noted as well', async () => {
    const none = { kind: undefined, chatId: undefined, messageId: undefined }
    const act = { at: NOW, actorId: null, act: 'export', userId: 3, detail: '{"n":1}', ...none }
    await store.access.noteAct(act)
    await store.access.noteAct({ ...act, userId: 4 })
    expect(await store.access.acts({ ...ALL, userId: 3 })).toEqual([{ id: 1, ...act }])
    expect(await store.access.acts({ after: 1, limit: 5, userId: undefined })).toMatchObject([
      { id: 2, userId: 4 },
    ])
  })
}
