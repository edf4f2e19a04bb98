import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CHAT_ROLES, type ChatRole } from '../../src/protocol/chat-role.ts'
import { MAX_CHATS_PER_USER } from '../../src/protocol/limits.ts'
import type { MemberAction } from '../../src/storage/access-entries.ts'
import type { NewEntry } from '../../src/storage/entries.ts'
import type { Outcome, Store } from '../../src/storage/store.ts'
import { asOpen, type Doer, sent, user } from './new-access-entry.ts'
import { shorts } from './outcome-shorts.ts'
import type { TestDatabase } from './test-database.ts'

const NOW = '2024-01-01T12:00:00.000Z'
const ALL = { after: 0, limit: 100 }

const [OWNER, MEMBER, MODERATOR, READER, STRANGER] = [1, 2, 3, 4, 5].map((id) => user(id)) as [
  ...[Doer, Doer, Doer, Doer, Doer],
]
const ADMIN = user(8, { isAdmin: true })
const ROLES: Readonly<Record<ChatRole, Doer>> = {
  ...{ owner: OWNER, member: MEMBER, moderator: MODERATOR, reader: READER },
}

/** What is done to chats and their members, run against one kind of database. */
export function describeAccessContract(createDatabase: () => Promise<TestDatabase>): void {
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
  const roles = async (chatId = 1) =>
    Object.fromEntries(
      (await store.access.membersOf(chatId, ALL)).map((one) => [one.userId, one.role]),
    )

  /** Chat 1 with one of each role: offsets 1 to 3. */
  const makeChat = (change = {}) =>
    append(
      sent.chat(OWNER, change, [2]),
      act(OWNER, { act: 'add', userIds: [3], role: 'moderator' }),
      act(OWNER, { act: 'add', userIds: [4], role: 'reader' }),
    )

  describe('a chat', () => {
    it('is made with its members, by one who owns it', async () => {
      const [made] = await append(
        sent.chat(OWNER, { title: 'Garden', visibility: 'public', history: 'since_join' }, [2, 3]),
      )
      const state = {
        ...{ title: 'Garden', visibility: 'public', history: 'since_join', slowModeSeconds: 0 },
        ...{ retentionSeconds: undefined, direct: undefined, createdBy: 1, memberCount: 3 },
      }
      expect(made).toMatchObject({
        repeated: false,
        entry: { type: 'chat', kind: 'chat', id: 1, chatId: 1, offset: 1, state },
      })
      expect(await store.readAfter(0, 10)).toEqual([
        made && 'entry' in made ? made.entry : undefined,
      ])
      expect(await store.access.findChats([1, 2])).toEqual([{ chatId: 1, madeAt: NOW, ...state }])
      expect(await roles()).toEqual({ 1: 'owner', 2: 'member', 3: 'member' })
      expect(await store.access.findMembers(1, [3, 9])).toMatchObject([
        { userId: 3, role: 'member', joinedOffset: 1, mutedUntil: undefined },
      ])
    })

    it('gets an id that no chat has, also none in which was written while access was open', async () => {
      await append(asOpen(sent.message(OWNER, 41)))
      await append(sent.chat(OWNER), sent.chat(OWNER))
      expect((await store.access.findChats([41, 42, 43])).map((c) => c.chatId).sort()).toEqual([
        ...[42, 43],
      ])
    })

    it('is made once by an entry of one name', async () => {
      const named = { ...sent.chat(OWNER), clientId: 'a' }
      expect(await done(named, named)).toEqual(['1', '=1'])
      expect(await done(named)).toEqual(['=1'])
    })

    it('changes what is asked for, and nothing where that is so already', async () => {
      await makeChat({ title: 'Garden' })
      const change = { title: null, slowModeSeconds: 5, retentionSeconds: 60 } as const
      expect(
        await done(sent.change(OWNER, 1, change), sent.change(OWNER, 1, { slowModeSeconds: 5 })),
      ).toEqual(['4', '=4'])
      expect(await store.access.findChats([1])).toMatchObject([
        { title: undefined, slowModeSeconds: 5, retentionSeconds: 60, visibility: 'private' },
      ])
    })

    it.each([
      ['its title', { title: 'x' }, ['moderator', 'owner']],
      ['its slow mode', { slowModeSeconds: 9 }, ['moderator', 'owner']],
      ['who may see it', { visibility: 'public' }, ['owner']],
      ['what those who join may read', { history: 'since_join' }, ['owner']],
      ['how long messages are kept', { retentionSeconds: 60 }, ['owner']],
      ['several things at once', { title: 'x', visibility: 'public' }, ['owner']],
    ] as const)('has %s changed by those who may', async (_what, change, may) => {
      await makeChat()
      for (const role of CHAT_ROLES) {
        const isAllowed = (may as readonly string[]).includes(role)
        const [outcome] = await append(sent.change(ROLES[role], 1, change))
        expect([role, 'entry' in outcome!]).toEqual([role, isAllowed])
        if (!isAllowed) expect(outcome).toMatchObject({ refused: 'FORBIDDEN' })
        if (isAllowed) break
      }
      expect(await done(sent.change(STRANGER, 1, change))).toEqual(
        'visibility' in change ? ['FORBIDDEN'] : ['NOT_FOUND'],
      )
    })
  })

  describe('a direct chat', () => {
    it('is there once for two users, whoever asks', async () => {
      const [made] = await append(sent.direct(MEMBER, 1))
      expect(made).toMatchObject({ entry: { id: 1, state: { direct: [1, 2], memberCount: 2 } } })
      const again = await append(sent.direct(OWNER, 2), sent.direct(MEMBER, 1))
      expect(again).toMatchObject([
        { repeated: true, entry: { id: 1, offset: 1 } },
        { repeated: true, entry: { id: 1, offset: 1 } },
      ])
      expect(await done(sent.direct(OWNER, 3), sent.direct(MODERATOR, 1))).toEqual(['2', '=2'])
      expect(await roles()).toEqual({ 1: 'member', 2: 'member' })
    })

    it('is not with oneself, and has its two members for good', async () => {
      expect(await done(sent.direct(OWNER, 1))).toEqual(['FORBIDDEN'])
      await append(sent.direct(OWNER, 2))
      expect(
        await done(
          act(OWNER, { act: 'leave' }),
          act(ADMIN, { act: 'add', userIds: [3], role: 'member' }),
          act(ADMIN, { act: 'remove', userIds: [2] }),
          sent.change(ADMIN, 1, { title: 'x' }),
        ),
      ).toEqual(['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN'])
      expect(await done(act(STRANGER, { act: 'join' }))).toEqual(['NOT_FOUND'])
    })
  })

  describe('members', () => {
    it('join and leave a public chat, each once', async () => {
      await makeChat({ visibility: 'public' })
      const join = act(STRANGER, { act: 'join' })
      const leave = act(STRANGER, { act: 'leave' })
      expect(await done(join, join, leave, leave)).toEqual(['4', '=4', '5', 'FORBIDDEN'])
      expect(await store.readAfter(3, 10)).toMatchObject([
        { act: 'join', added: [{ userId: 5, role: 'member' }], state: { memberCount: 5 } },
        { act: 'leave', removed: [5], state: { memberCount: 4 } },
      ])
      expect(await store.access.membershipsOf(5, ALL)).toEqual([])
    })

    it('do not find a private chat that they are not in', async () => {
      await makeChat()
      const nothing = await append(sent.members(STRANGER, 99, { act: 'join' }))
      for (const action of [
        ...[{ act: 'join' } as const, { act: 'leave' } as const],
        { act: 'add', userIds: [5], role: 'member' } as const,
      ]) {
        const [outcome] = await append(act(STRANGER, action))
        expect(outcome).toEqual({
          ...nothing[0],
          reason: (nothing[0] as { reason: string }).reason.replace('99', '1'),
        })
      }
    })

    it('are changed by those of a higher role, owners also by owners', async () => {
      const onEach: MemberAction[] = [
        { act: 'mute', userId: 0, until: '2999-01-01T00:00:00.000Z' },
        { act: 'ban', userId: 0, until: null, reason: undefined },
      ]
      for (const action of onEach)
        for (const actor of CHAT_ROLES)
          for (const target of CHAT_ROLES) {
            const chatId = await freshChat()
            const userId = 10 + CHAT_ROLES.indexOf(target)
            const [outcome] = await append(
              act(ROLES[actor], { ...action, userId } as never, chatId),
            )
            const isAllowed =
              actor === 'owner' ||
              (actor === 'moderator' && (target === 'reader' || target === 'member'))
            expect([actor, target, 'entry' in outcome!]).toEqual([actor, target, isAllowed])
          }
    })

    /** A chat with one of each role, and others of each role with the ids from 10. */
    const freshChat = async () => {
      const [made] = await append(sent.chat(OWNER))
      const chatId = (made as { entry: { id: number } }).entry.id
      for (const [i, role] of CHAT_ROLES.entries()) {
        const own = role === 'owner' ? [] : [ROLES[role].userId]
        await append(act(OWNER, { act: 'add', userIds: [...own, 10 + i], role }, chatId))
      }
      return chatId
    }

    it('get roles from owners, and are invited by moderators with less than their own', async () => {
      await makeChat()
      const add = (who: Doer, role: ChatRole) => act(who, { act: 'add', userIds: [6], role })
      expect(
        await done(add(MODERATOR, 'moderator'), add(MODERATOR, 'member'), add(MEMBER, 'reader')),
      ).toEqual(['FORBIDDEN', '4', 'FORBIDDEN'])
      const set = (who: Doer, role: ChatRole) => act(who, { act: 'role', userId: 2, role })
      expect(
        await done(set(MODERATOR, 'reader'), set(OWNER, 'owner'), set(OWNER, 'owner')),
      ).toEqual(['FORBIDDEN', '5', '=5'])
      expect(await done(act(OWNER, { act: 'role', userId: 77, role: 'member' }))).toEqual([
        'NOT_FOUND',
      ])
    })

    it('keep an owner: the last one stays, unless alone', async () => {
      await append(sent.chat(OWNER, {}, [2]))
      const demote = act(OWNER, { act: 'role', userId: 1, role: 'member' })
      expect(await done(act(OWNER, { act: 'leave' }), demote)).toEqual(['FORBIDDEN', 'FORBIDDEN'])
      expect(await done(act(ADMIN, { act: 'remove', userIds: [1] }))).toEqual(['FORBIDDEN'])
      expect(
        await done(act(ADMIN, { act: 'ban', userId: 1, until: null, reason: undefined })),
      ).toEqual(['FORBIDDEN'])
      // Within one batch, too: the second of two owners has become the last.
      expect(
        await done(
          act(OWNER, { act: 'role', userId: 2, role: 'owner' }),
          act(OWNER, { act: 'leave' }),
          act(MEMBER, { act: 'role', userId: 2, role: 'member' }),
          act(MEMBER, { act: 'leave' }),
        ),
      ).toEqual(['2', '3', 'FORBIDDEN', '4'])
      expect(await roles()).toEqual({})
    })

    it('are changed by an admin, who thereby reads nothing', async () => {
      await makeChat()
      await append(sent.message(OWNER, 1))
      expect(
        await done(
          act(ADMIN, { act: 'remove', userIds: [3] }),
          act(ADMIN, { act: 'role', userId: 2, role: 'owner' }),
          sent.message(ADMIN, 1),
          sent.reaction(ADMIN, 1),
        ),
      ).toEqual(['5', '6', 'NOT_FOUND', 'NOT_FOUND'])
    })

    it('have a place by their token, without a row', async () => {
      await makeChat()
      const granted = user(6, { granted: { 1: 'member', 77: 'moderator' } })
      expect(await done(sent.message(granted, 1), sent.message(granted, 77))).toEqual(['4', '5'])
      expect(await done(sent.pin(granted, 2), sent.pin(granted, 1))).toEqual(['6', 'FORBIDDEN'])
      expect(await done(sent.message(user(6), 1), sent.message(user(6), 77))).toEqual([
        ...['NOT_FOUND', 'NOT_FOUND'],
      ])
      expect(Object.keys(await roles())).not.toContain('6')
    })

    it('come in pages by ascending id', async () => {
      const ids = Array.from({ length: 30 }, (_, i) => 100 - i)
      await append(sent.chat(OWNER, {}, ids))
      const page = async (after: number) =>
        (await store.access.membersOf(1, { after, limit: 12 })).map(({ userId }) => userId)
      const first = await page(0)
      expect([...first, ...(await page(first.at(-1)!)), ...(await page(93))]).toEqual(
        [1, ...ids].sort((a, b) => a - b),
      )
    })

    it(`make and join ${MAX_CHATS_PER_USER} chats at most, and others add them to as many`, async () => {
      for (let made = 0; made < MAX_CHATS_PER_USER; made += 1_000)
        await append(...Array.from({ length: 1_000 }, () => sent.chat(OWNER, {}, [2])))
      const most = MAX_CHATS_PER_USER
      const [public_] = await append(sent.chat(MODERATOR, { visibility: 'public' }))
      const chatId = (public_ as { entry: { id: number } }).entry.id
      const join = { act: 'join' } as const
      expect(await done(sent.chat(OWNER), act(OWNER, join, chatId))).toEqual([
        ...['FORBIDDEN', 'FORBIDDEN'],
      ])
      // Who was added to so many by another makes, joins, and is found by nobody else.
      expect(
        await done(sent.chat(MEMBER), act(MEMBER, join, chatId), sent.direct(MEMBER, 4)),
      ).toEqual([`${most + 2}`, `${most + 3}`, `${most + 4}`])
      const full = await append(
        ...[sent.chat(STRANGER, {}, [2]), sent.direct(STRANGER, 2), sent.chat(READER, {}, [5, 2])],
      )
      const reason = 'User 2 cannot be added or written to by you'
      expect(full).toMatchObject(Array(3).fill({ refused: 'FORBIDDEN', reason }))
      const [, own] = await append(sent.direct(STRANGER, 1), sent.chat(STRANGER))
      const ownId = (own as { entry: { id: number } }).entry.id
      const add: MemberAction = { act: 'add', userIds: [2], role: 'member' }
      expect(await append(act(STRANGER, add, ownId))).toMatchObject([{ reason }])
      // Leaving makes room for what one has left: an own chat, or another's.
      const leave = { act: 'leave' } as const
      await append(act(OWNER, { act: 'role', userId: 2, role: 'owner' }, 7))
      expect(await done(act(OWNER, leave, 7), sent.chat(OWNER), sent.chat(OWNER))).toEqual([
        ...[`${most + 8}`, `${most + 9}`, 'FORBIDDEN'],
      ])
      expect(await done(act(MEMBER, leave, 7), sent.direct(STRANGER, 2))).toEqual([
        ...[`${most + 10}`, `${most + 11}`],
      ])
    })

    it('make so many chats within a day, of two or of many', async () => {
      const limited = (userId: number, more = {}): Doer => ({
        userId,
        authority: { ...user(userId).authority, chatsPerDay: 3, ...more },
      })
      const at = (ms: number) => new Date(Date.parse(NOW) + ms).toISOString()
      const make = (ms: number, ...entries: NewEntry[]) => store.append(entries, at(ms))
      const one = limited(1)
      expect(shorts(await make(0, sent.chat(one), sent.direct(one, 2)))).toEqual(['1', '2'])
      const tries = [sent.chat(one), sent.chat(one), sent.direct(one, 3), sent.direct(one, 2)]
      const outcomes = await make(60_000, ...tries)
      expect(shorts(outcomes)).toEqual(['3', 'FORBIDDEN', 'FORBIDDEN', '=3'])
      expect(outcomes[1]).toMatchObject({ reason: expect.stringContaining(at(86_400_000)) })
      // Others are not kept from making theirs, also with the one; nor are those without a limit.
      expect(shorts(await make(60_001, sent.chat(limited(2), {}, [1]), sent.chat(OWNER)))).toEqual([
        ...['4', '5'],
      ])
      const admin = limited(1, { isAdmin: true })
      expect(shorts(await make(60_002, sent.chat(one), sent.chat(admin)))).toEqual([
        'FORBIDDEN',
        '6',
      ])
      expect(shorts(await make(86_400_001, sent.chat(one)))).toEqual(['FORBIDDEN'])
      expect(shorts(await make(86_460_002, sent.chat(one), sent.direct(one, 3)))).toEqual([
        '7',
        '8',
      ])
    })
  })
}
