import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Reader } from '../../src/storage/access-records.ts'
import type { NewEntry } from '../../src/storage/entries.ts'
import type { Outcome, Store } from '../../src/storage/store.ts'
import { type Doer, sent, user } from './new-access-entry.ts'
import { shorts } from './outcome-shorts.ts'
import type { TestDatabase } from './test-database.ts'

const NOW = '2024-01-01T12:00:00.000Z'
const FUTURE = '2999-01-01T00:00:00.000Z'
const ALL = { after: 0, limit: 100 }

const [OWNER, MEMBER] = [user(1), user(2)]
/** Users who are members of nothing, and come into chat 1 by a token. */
const GUEST = user(6, { granted: { 1: 'member' } })
const GUARD = user(7, { granted: { 1: 'moderator' } })

const reader = ({ userId, authority: { isAgent, granted } }: Doer): Reader => ({
  ...{ userId, isAgent, granted: [...granted.keys()] },
})

/** What a token opens and what not, run against one kind of database. */
export function describeGrantsContract(createDatabase: () => Promise<TestDatabase>): void {
  let database: TestDatabase
  let store: Store

  beforeEach(async () => {
    database = await createDatabase()
    store = await database.open()
  })
  afterEach(() => database.drop())

  const append = (...entries: NewEntry[]): Promise<Outcome[]> => store.append(entries, NOW)
  const done = async (...entries: NewEntry[]) => shorts(await append(...entries))
  const found = async (who: Doer) => {
    const query = { text: 'hello', chat: undefined, before: undefined, limit: 100 }
    const messages = await store.search({ ...query, reader: reader(who) })
    return messages.map(({ id }) => id).reverse()
  }
  /** All that is done with message 1 of chat 1, and all that needs to read it or the chat. */
  const tries = (who: Doer) => [
    ...[sent.message(who, 1), sent.message(who, 1, { replyTo: 1 }), sent.reaction(who, 1)],
    ...[sent.report(who, 1), sent.follow(who, 1), sent.settings(who, 1)],
  ]
  const mute = (who: Doer, until: string | null) =>
    sent.members(who, 1, { act: 'mute', userId: 6, until })
  const ban = (userId: number) =>
    sent.members(OWNER, 1, { act: 'ban', userId, until: null, reason: undefined })

  it('one who is banned finds nothing of the chat, whatever the token grants', async () => {
    await append(sent.chat(OWNER, {}, [2]), sent.message(OWNER, 1))
    expect(await found(GUEST)).toEqual([1])
    const [banned] = await append(ban(6))
    expect(banned).toMatchObject({ entry: { banned: { userId: 6, until: null }, removed: [] } })
    expect(await found(GUEST)).toEqual([])
    expect(new Set(await done(...tries(GUEST)))).toEqual(new Set(['NOT_FOUND']))
    expect(await store.access.enterByToken(6, [1])).toMatchObject([{ bannedUntil: null }])
    const [unbanned] = await append(sent.members(OWNER, 1, { act: 'unban', userId: 6 }))
    expect(unbanned).toMatchObject({ entry: { unbanned: 6 } })
    expect(await found(GUEST)).toEqual([1])
    expect(await store.access.enterByToken(6, [1])).toMatchObject([{ bannedUntil: undefined }])
  })

  it('a token opens no chat that was made after it was issued', async () => {
    const issued = (ms: number | undefined): Doer => ({
      userId: 6,
      authority: { ...GUEST.authority, issuedAtMs: ms },
    })
    const madeMs = Date.parse(NOW)
    // Until its id is given out, it is a chat that only tokens know.
    expect(await done(sent.settings(issued(madeMs - 1), 1))).toEqual(['1'])
    await append(sent.chat(OWNER), sent.message(OWNER, 1))
    for (const ms of [madeMs - 1, madeMs - 86_400_000, undefined])
      expect(new Set(await done(...tries(issued(ms))))).toEqual(new Set(['NOT_FOUND']))
    expect((await done(...tries(issued(madeMs)))).slice(0, 2)).toEqual(['4', '5'])
  })

  it('where history begins with joining, it does so when one first comes by a token', async () => {
    await append(sent.chat(OWNER, { history: 'since_join' }, [2]), sent.message(OWNER, 1))
    expect(await found(GUEST)).toEqual([])
    const newest = async () => {
      const cursor = { userId: 6, kind: 'chat', chatId: 1, delivered: 0, read: 0 } as const
      await store.cursors.advance([cursor])
      return (await store.cursors.chatsOf(6, reader(GUEST))).map((chat) => chat.newest)
    }
    expect(await newest()).toEqual([0])
    expect(await store.access.enterByToken(6, [1, 77])).toMatchObject([
      { chat: { chatId: 1, history: 'since_join' }, joinedOffset: 2, bannedUntil: undefined },
    ])
    await append(sent.message(OWNER, 1))
    await store.access.enterByToken(6, [1])
    expect(await found(GUEST)).toEqual([2])
    expect(await newest()).toEqual([3])
    const outcomes = [sent.reaction(GUEST, 1), sent.reaction(GUEST, 2)]
    expect(await done(...outcomes)).toEqual(['NOT_FOUND', '4'])
    // It is the same for one who becomes a member, too, and for who has been one.
    await append(sent.members(OWNER, 1, { act: 'add', userIds: [6], role: 'member' }))
    expect(await found(GUEST)).toEqual([2])
    await append(sent.change(OWNER, 1, { history: 'all' }))
    expect(await found(GUEST)).toEqual([1, 2])
  })

  it('a mute holds for one who comes by a token, who has to have come', async () => {
    await append(sent.chat(OWNER, {}, [2]), sent.message(OWNER, 1))
    expect(await done(mute(OWNER, FUTURE))).toEqual(['NOT_FOUND'])
    await store.access.enterByToken(6, [1])
    expect(await done(mute(OWNER, FUTURE), mute(OWNER, FUTURE))).toEqual(['3', '=3'])
    expect(await done(...tries(GUEST))).toEqual([
      'FORBIDDEN',
      'FORBIDDEN',
      'FORBIDDEN',
      '4',
      '5',
      '6',
    ])
    expect(await store.access.enterByToken(6, [1])).toMatchObject([{ mutedUntil: FUTURE }])
    const free = [mute(OWNER, null), sent.message(GUEST, 1)]
    expect(await done(...free)).toEqual(['7', '8'])
  })

  it('a slow mode holds for one who comes by a token, unless that makes a moderator', async () => {
    await append(sent.chat(OWNER, { slowModeSeconds: 60 }, [2]))
    const both = (who: Doer) => done(sent.message(who, 1), sent.message(who, 1))
    expect(await both(GUEST)).toEqual(['2', 'RATE_LIMITED'])
    expect(await both(GUEST)).toEqual(['RATE_LIMITED', 'RATE_LIMITED'])
    expect(await both(GUARD)).toEqual(['3', '4'])
    // Nor does a place in the chat make a difference.
    await append(sent.members(OWNER, 1, { act: 'add', userIds: [6], role: 'member' }))
    expect(await both(GUEST)).toEqual(['RATE_LIMITED', 'RATE_LIMITED'])
  })

  it('a moderator by token sees and resolves the reports of the chat, unless banned', async () => {
    for (const id of [1, 2]) {
      await append(sent.chat(OWNER, {}, [2]), sent.message(OWNER, id))
      await append(sent.report(MEMBER, id))
    }
    const reports = (isAll: boolean, page = ALL) =>
      store.access.reports({ ...page, isAll, moderatorId: 7, byToken: [1] })
    expect(await reports(false)).toMatchObject([{ id: 1, chatId: 1 }])
    expect(await done(sent.resolution(GUEST, 1), sent.resolution(GUARD, 2))).toEqual([
      ...['NOT_FOUND', 'NOT_FOUND'],
    ])
    await append(ban(7))
    expect(await done(sent.resolution(GUARD, 1))).toEqual(['NOT_FOUND'])
    await append(sent.members(OWNER, 1, { act: 'unban', userId: 7 }))
    expect(await done(sent.resolution(GUARD, 1))).toEqual(['9'])
    expect(await reports(false)).toEqual([])
    expect(await reports(true)).toMatchObject([{ id: 1, resolvedBy: 7 }])
    expect(await reports(true, { after: 1, limit: 5 })).toEqual([])
  })
}
