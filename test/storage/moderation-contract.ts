import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MAX_BLOCKS, MAX_PINS } from '../../src/protocol/limits.ts'
import type { MemberAction } from '../../src/storage/access-entries.ts'
import type { NewEntry } from '../../src/storage/entries.ts'
import type { Outcome, Store } from '../../src/storage/store.ts'
import { asOpen, type Doer, sent, user } from './new-access-entry.ts'
import { shorts } from './outcome-shorts.ts'
import type { TestDatabase } from './test-database.ts'

const NOW = '2024-01-01T12:00:00.000Z'
const FUTURE = '2999-01-01T00:00:00.000Z'
const PAST = '2000-01-01T00:00:00.000Z'
const ALL = { after: 0, limit: 100 }

const [OWNER, MEMBER, MODERATOR, READER, STRANGER] = [1, 2, 3, 4, 5].map((id) => user(id)) as [
  ...[Doer, Doer, Doer, Doer, Doer],
]
const ADMIN = user(8, { isAdmin: true })
const AGENT = user(9, { isAgent: true })

/** How members are kept from harm, run against one kind of database. */
export function describeModerationContract(createDatabase: () => Promise<TestDatabase>): void {
  let database: TestDatabase
  let store: Store

  beforeEach(async () => {
    database = await createDatabase()
    store = await database.open()
  })
  afterEach(() => database.drop())

  const append = (...entries: NewEntry[]): Promise<Outcome[]> => store.append(entries, NOW)
  const done = async (...entries: NewEntry[]) => shorts(await append(...entries))
  const act = (who: Doer, action: MemberAction, chatId = 1) => sent.members(who, chatId, action)
  const acts = async (userId?: number) =>
    (await store.access.acts({ ...ALL, userId })).map((one) => [one.act, one.actorId, one.userId])

  /** Chat 1 with one of each role, and a message of each who may write, with the ids 1 to 3. */
  const makeChat = async (change = {}) => {
    await append(
      sent.chat(OWNER, change, [2]),
      act(OWNER, { act: 'add', userIds: [3], role: 'moderator' }),
      act(OWNER, { act: 'add', userIds: [4], role: 'reader' }),
    )
    for (const who of [OWNER, MEMBER, MODERATOR]) await append(sent.message(who, 1))
  }

  it('one who is muted reads and does not write, until the time has come', async () => {
    await makeChat()
    const mute = (until: string | null) => act(MODERATOR, { act: 'mute', userId: 2, until })
    const tries = [sent.message(MEMBER, 1), sent.edit(MEMBER, 2), sent.reaction(MEMBER, 1)]
    expect(await done(mute(FUTURE), mute(FUTURE), ...tries)).toEqual([
      ...['7', '=7', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN'],
    ])
    expect(await done(sent.report(MEMBER, 1), sent.settings(MEMBER, 1))).toEqual(['8', '9'])
    expect(await store.access.findMembers(1, [2])).toMatchObject([{ mutedUntil: FUTURE }])
    expect(await done(mute(PAST), ...tries)).toEqual(['10', '11', '12', '13'])
    expect(await done(mute(null), mute(null))).toEqual(['14', '=14'])
    expect(await acts(2)).toEqual([
      ...[
        ['mute', 3, 2],
        ['mute', 3, 2],
        ['unmute', 3, 2],
      ],
    ])
  })

  it('readers react and write as little', async () => {
    await makeChat()
    const tries = [sent.message(READER, 1), sent.reaction(READER, 1), sent.pin(READER, 1)]
    expect(await done(...tries)).toEqual(['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN'])
  })

  it('one who is banned from a chat is removed, and finds it no more', async () => {
    await makeChat({ visibility: 'public' })
    const ban: MemberAction = { act: 'ban', userId: 2, until: null, reason: 'spam' }
    const [banned] = await append(act(MODERATOR, ban))
    expect(banned).toMatchObject({
      entry: { removed: [2], reason: 'spam', state: { memberCount: 3 } },
    })
    expect(await store.access.isBannedFrom(1, 2)).toBe(true)
    const tries = [
      ...[act(MEMBER, { act: 'join' }), sent.message(MEMBER, 1), sent.edit(MEMBER, 2)],
      ...[sent.deletion(MEMBER, 2), sent.reaction(MEMBER, 1), sent.report(MEMBER, 1)],
      ...[sent.follow(MEMBER, 1), sent.pin(MEMBER, 1), sent.settings(MEMBER, 1)],
      ...[sent.change(MEMBER, 1, { title: 'x' }), act(MEMBER, { act: 'leave' })],
    ]
    expect(new Set(await done(...tries))).toEqual(new Set(['NOT_FOUND']))
    expect(await done(act(OWNER, { act: 'add', userIds: [2], role: 'member' }))).toEqual([
      'FORBIDDEN',
    ])
    const unban: MemberAction = { act: 'unban', userId: 2 }
    expect(await done(act(MODERATOR, unban), act(MODERATOR, unban))).toEqual(['8', '=8'])
    expect(await done(act(MEMBER, { act: 'join' }))).toEqual(['9'])
    expect(await store.access.isBannedFrom(1, 2)).toBe(false)
  })

  it('a ban of a chat ends by itself', async () => {
    await makeChat({ visibility: 'public' })
    const until = new Date(Date.parse(NOW) + 1).toISOString()
    await append(act(OWNER, { act: 'ban', userId: 5, until, reason: undefined }))
    expect(await done(act(STRANGER, { act: 'join' }))).toEqual(['NOT_FOUND'])
    const join = [act(STRANGER, { act: 'join' })]
    expect(shorts(await store.append(join, until))).toEqual(['8'])
  })

  it('only admins ban from the server, and not themselves', async () => {
    const lifted = { isLifted: true }
    expect(
      await done(
        ...[sent.ban(OWNER, 2), asOpen(sent.ban(OWNER, 2)), sent.ban(ADMIN, 8)],
        ...[sent.ban(ADMIN, 2, lifted), sent.ban(ADMIN, 3, { until: PAST, reason: 'spam' })],
        ...[sent.ban(ADMIN, 2), sent.ban(ADMIN, 5), sent.ban(ADMIN, 5, lifted)],
      ),
    ).toEqual(['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', '=0', '1', '2', '3', '4'])
    // One that is over is told, too: older tokens are refused.
    expect(await store.access.bans(ALL)).toEqual([
      { userId: 2, until: null, reason: undefined, at: NOW },
      { userId: 3, until: PAST, reason: 'spam', at: NOW },
    ])
    expect(await store.access.bans({ after: 2, limit: 1 })).toMatchObject([{ userId: 3 }])
    expect(await acts()).toHaveLength(4)
  })

  describe('one who is blocked', () => {
    it('writes in the direct chat what the blocker never sees, and is not told so', async () => {
      await append(sent.direct(OWNER, 2), sent.message(OWNER, 1))
      await append(sent.block(MEMBER, 1))
      const [outcome] = await append(sent.message(OWNER, 1))
      expect(outcome).toMatchObject({ entry: { id: 2, hiddenFrom: 2 }, repeated: false })
      const tries = [sent.reaction(MEMBER, 2), sent.report(MEMBER, 2), sent.pin(MEMBER, 2)]
      expect(await done(...tries)).toEqual(['NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND'])
      expect(await done(sent.message(MEMBER, 1), sent.message(MEMBER, 1, { replyTo: 2 }))).toEqual([
        ...['FORBIDDEN', 'FORBIDDEN'],
      ])
      expect(await append(sent.edit(OWNER, 2))).toMatchObject([{ entry: { hiddenFrom: 2 } }])
      await append(sent.block(MEMBER, 1, false), sent.message(OWNER, 1))
      const history = (userId: number) =>
        store.readHistory({ kind: 'chat', chatId: 1, before: undefined, limit: 10, userId })
      expect((await history(2)).map(({ id }) => id)).toEqual([1, 3])
      expect((await history(1)).map(({ id }) => id)).toEqual([1, 2, 3])
    })

    it('is hidden from the first message on, also where one batch makes the chat and blocks', async () => {
      const begin = [sent.direct(OWNER, 2), sent.block(MEMBER, 1), sent.message(OWNER, 1)]
      expect((await append(...begin))[2]).toMatchObject({ entry: { hiddenFrom: 2 } })
    })

    const add = (who: Doer, userIds: readonly number[], chatId = 1) =>
      act(who, { act: 'add', userIds, role: 'member' }, chatId)

    it('brings the blocker into no chat, of two or of many, also in the batch that blocks', async () => {
      await append(sent.chat(OWNER))
      const reach = [
        ...[sent.direct(OWNER, 2), sent.chat(OWNER, {}, [3, 2]), add(OWNER, [3, 2])],
        // In the other direction, the blocker would have to unblock first.
        sent.direct(MEMBER, 1),
      ]
      expect(await done(sent.block(MEMBER, 1), ...reach)).toEqual([
        ...['2', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN'],
      ])
      expect(await done(...reach)).toEqual(Array(4).fill('FORBIDDEN'))
      expect(await store.access.membershipsOf(2, ALL)).toEqual([])
      // Others may, and the server; and so may the blocked one, once that has ended.
      const others = [add(ADMIN, [2]), sent.chat(MODERATOR, {}, [1, 2]), sent.direct(MODERATOR, 2)]
      expect(await done(...others)).toEqual(['3', '4', '5'])
      expect(await done(sent.block(MEMBER, 1, false), ...reach.slice(0, 2))).toEqual([
        ...['6', '7', '8'],
      ])
    })

    it('still finds the direct chat that there is', async () => {
      await append(sent.direct(MEMBER, 1), sent.block(MEMBER, 1))
      expect(await done(sent.direct(OWNER, 2), sent.direct(MEMBER, 1))).toEqual(['=2', '=2'])
    })

    it('is told of with all who blocked, in pages', async () => {
      await append(sent.block(MEMBER, 1), sent.block(READER, 1), sent.block(MODERATOR, 1))
      await append(sent.block(MODERATOR, 2), sent.block(READER, 1, false))
      expect(await store.access.blockersOf(1, ALL)).toEqual([2, 3])
      expect(await store.access.blockersOf(1, { after: 2, limit: 1 })).toEqual([3])
    })

    it('is hidden nowhere else', async () => {
      await makeChat()
      await append(sent.block(MEMBER, 1))
      const [outcome] = await append(sent.message(OWNER, 1))
      expect(outcome).toMatchObject({ entry: { type: 'message' }, repeated: false })
      expect(outcome).not.toHaveProperty('entry.hiddenFrom', expect.any(Number))
    })

    it(`is one of ${MAX_BLOCKS} at most, and not oneself`, async () => {
      const blocks = Array.from({ length: MAX_BLOCKS }, (_, i) => sent.block(OWNER, i + 10))
      await append(...blocks)
      expect(
        await done(
          ...[sent.block(OWNER, 2), sent.block(OWNER, 10), sent.block(OWNER, 1)],
          ...[sent.block(OWNER, 10, false), sent.block(OWNER, 2), sent.block(MEMBER, 3)],
        ),
      ).toEqual(['FORBIDDEN', '=1000', 'FORBIDDEN', '1001', '1002', '1003'])
      expect(await store.access.blockedBy(1)).toHaveLength(MAX_BLOCKS)
    })
  })

  it('a moderator deletes what those of a lower role wrote, and that is noted', async () => {
    await makeChat()
    await append(sent.pin(MODERATOR, 2))
    expect(await done(sent.deletion(MEMBER, 1), sent.deletion(MODERATOR, 1))).toEqual([
      ...['FORBIDDEN', 'FORBIDDEN'],
    ])
    const [deleted] = await append(sent.deletion(MODERATOR, 2), sent.deletion(ADMIN, 1))
    expect(deleted).toMatchObject({ entry: { type: 'deletion', senderId: 3, author: 2 } })
    expect(await acts()).toEqual([
      ['delete', 3, 2],
      ['delete', 8, 1],
    ])
    expect(await store.access.pinsOf('chat', 1)).toEqual([])
    // Where access is open, admins may, too; and their own.
    await append(asOpen(sent.message(ADMIN, 9)), asOpen(sent.message(OWNER, 9)))
    expect(await done(sent.deletion(ADMIN, 4), sent.deletion(ADMIN, 5))).toEqual(['12', '13'])
    expect(await acts()).toHaveLength(3)
  })

  describe('a report', () => {
    it('is filed once by each, and resolved once by who moderates the chat', async () => {
      await makeChat()
      const again = await done(
        sent.report(READER, 2),
        sent.report(READER, 2),
        sent.report(OWNER, 2),
      )
      expect(again).toEqual(['7', '=7', '8'])
      const list = (moderatorId?: number, isAll = false) =>
        store.access.reports({ ...ALL, isAll, moderatorId })
      expect(await list(3)).toMatchObject([
        { id: 1, chatId: 1, messageId: 2, senderId: 2, reporterId: 4, content: 'hello' },
        { id: 2, reporterId: 1 },
      ])
      expect(await list(2)).toEqual([])
      expect(
        await done(
          ...[sent.resolution(MEMBER, 1), sent.resolution(STRANGER, 1), sent.resolution(OWNER, 7)],
          ...[sent.resolution(MODERATOR, 1), sent.resolution(ADMIN, 1), sent.resolution(ADMIN, 2)],
        ),
      ).toEqual(['NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND', '9', '=9', '10'])
      expect(await list(3)).toEqual([])
      expect(await list(undefined, true)).toMatchObject([
        { id: 1, resolution: 'done', resolvedBy: 3, resolvedAt: NOW },
        { id: 2, resolvedBy: 8 },
      ])
      const page = { after: 1, limit: 1, isAll: true, moderatorId: 1 }
      expect(await store.access.reports(page)).toMatchObject([{ id: 2 }])
    })

    it('of a support chat is of those who may read it', async () => {
      await append(sent.message(OWNER, 5, { kind: 'support' }))
      const support = { kind: 'support' } as const
      expect(
        await done(
          ...[sent.report(MEMBER, 1, support), sent.report(OWNER, 1, support)],
          ...[sent.resolution(OWNER, 1), sent.resolution(AGENT, 1)],
        ),
      ).toEqual(['NOT_FOUND', '2', 'NOT_FOUND', '3'])
    })
  })

  describe('a support chat', () => {
    const support = { kind: 'support' } as const
    const write = (who: Doer, chatId = 5) => sent.message(who, chatId, support)
    const isAgent = { isFromAgent: true }

    it('is opened by its customer, whatever an agent writes first', async () => {
      expect(await done(write(AGENT), write(MEMBER), write(AGENT), write(OWNER))).toEqual([
        ...['NOT_FOUND', '1', '2', 'NOT_FOUND'],
      ])
      expect(await done(write(AGENT, 6), write(AGENT, 5))).toEqual(['NOT_FOUND', '3'])
      expect(await store.access.customerOf(5)).toBe(2)
      expect(await store.access.supportChatsOf(9, ALL)).toEqual([])
    })

    it('that an agent began while access was open has the customer who answered then, or none', async () => {
      const begin = (chatId: number) => asOpen({ ...write(AGENT, chatId), ...isAgent })
      await append(begin(5), begin(6), asOpen(write(MEMBER, 5)), asOpen(write(OWNER, 5)))
      expect(await store.access.customerOf(5)).toBe(2)
      expect(await store.access.customerOf(6)).toBeUndefined()
      // What the agent wrote is for the one whom it was for, who cannot be told from others.
      const tries = [write(OWNER, 6), sent.reaction(OWNER, 2, support), write(OWNER, 5)]
      expect(await done(...tries)).toEqual(['NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND'])
      expect(await done(write(MEMBER, 5), write(AGENT, 6))).toEqual(['5', '6'])
    })
  })

  describe('a pin', () => {
    it('is set and taken away by moderators, the newest first', async () => {
      await makeChat()
      const off = sent.pin(OWNER, 1, { isPinned: false })
      expect(
        await done(
          ...[sent.pin(MEMBER, 1), sent.pin(MODERATOR, 1), sent.pin(OWNER, 2), sent.pin(OWNER, 2)],
          ...[off, off, sent.pin(OWNER, 1), sent.pin(OWNER, 3)],
        ),
      ).toEqual(['FORBIDDEN', '7', '8', '=8', '9', '=9', '10', '11'])
      expect((await store.access.pinsOf('chat', 1)).map(({ id }) => id)).toEqual([3, 1, 2])
      await append(sent.deletion(MODERATOR, 3))
      expect((await store.access.pinsOf('chat', 1)).map(({ id }) => id)).toEqual([1, 2])
      expect(await done(sent.pin(OWNER, 3))).toEqual(['NOT_FOUND'])
    })

    it('is not left of a message that is deleted in the same batch', async () => {
      await makeChat()
      await append(sent.pin(OWNER, 2), sent.deletion(MODERATOR, 2))
      expect(await store.access.pinsOf('chat', 1)).toEqual([])
      await append(sent.pin(OWNER, 1))
      const off = sent.pin(OWNER, 1, { isPinned: false })
      expect(await done(sent.deletion(OWNER, 1), off)).toEqual(['10', '=10'])
    })

    it('is set by both in a direct chat, and by anyone where access is open', async () => {
      await append(sent.direct(OWNER, 2), sent.message(OWNER, 1), asOpen(sent.message(OWNER, 9)))
      expect(await done(sent.pin(MEMBER, 1), asOpen(sent.pin(STRANGER, 2)))).toEqual(['4', '5'])
    })

    it(`is one of ${MAX_PINS} at most`, async () => {
      await makeChat()
      await append(...Array.from({ length: MAX_PINS }, () => sent.message(OWNER, 1)))
      const pins = Array.from({ length: MAX_PINS + 1 }, (_, i) => sent.pin(OWNER, i + 1))
      expect((await done(...pins)).at(-1)).toBe('FORBIDDEN')
      expect(
        await done(sent.pin(OWNER, 1, { isPinned: false }), sent.pin(OWNER, MAX_PINS + 1)),
      ).toEqual([`${6 + 2 * MAX_PINS + 1}`, `${6 + 2 * MAX_PINS + 2}`])
    })
  })

  it('a slow chat takes a message of a member every so many seconds', async () => {
    await makeChat({ slowModeSeconds: 10 })
    const after = (ms: number) => new Date(Date.parse(NOW) + ms).toISOString()
    const write = async (who: Doer, ms: number) => store.append([sent.message(who, 1)], after(ms))
    expect(await write(MEMBER, 4_000)).toMatchObject([
      { refused: 'RATE_LIMITED', retryAfterMs: 6_000 },
    ])
    expect(shorts(await write(MODERATOR, 4_000))).toEqual(['7'])
    expect(shorts(await write(MEMBER, 10_000))).toEqual(['8'])
    const both = [sent.message(MEMBER, 1), sent.message(MEMBER, 1)]
    expect(shorts(await store.append(both, after(20_000)))).toEqual(['9', 'RATE_LIMITED'])
    await append(sent.change(OWNER, 1, { slowModeSeconds: 0 }))
    expect(shorts(await write(MEMBER, 20_001))).toEqual(['11'])
  })
}
