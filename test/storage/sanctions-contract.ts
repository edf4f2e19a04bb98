import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { MemberAction } from '../../src/storage/access-entries.ts'
import type { NewEntry } from '../../src/storage/entries.ts'
import type { Outcome, Store } from '../../src/storage/store.ts'
import { type Doer, sent, user } from './new-access-entry.ts'
import { shorts } from './outcome-shorts.ts'
import type { TestDatabase } from './test-database.ts'

const NOW = '2024-01-01T12:00:00.000Z'
const FUTURE = '2999-01-01T00:00:00.000Z'

const [OWNER, MEMBER, MODERATOR, OTHER] = [1, 2, 3, 4].map((id) => user(id)) as [
  ...[Doer, Doer, Doer, Doer],
]
const ADMIN = user(8, { isAdmin: true })

/** What is done in chat 1 unless another is named. */
function actsIn(chatId = 1) {
  const act = (who: Doer, action: MemberAction) => sent.members(who, chatId, action)
  return {
    act,
    add: (who: Doer) => act(who, { act: 'add', userIds: [2], role: 'member' }),
    ban: (who: Doer, until: string | null = null) =>
      act(who, { act: 'ban', userId: 2, until, reason: undefined }),
    unban: (who: Doer) => act(who, { act: 'unban', userId: 2 }),
    mute: (who: Doer, until: string | null = FUTURE) => act(who, { act: 'mute', userId: 2, until }),
    join: act(MEMBER, { act: 'join' }),
    leave: act(MEMBER, { act: 'leave' }),
    remove: (who: Doer) => act(who, { act: 'remove', userIds: [2] }),
  }
}
type Acts = ReturnType<typeof actsIn>

/** How user 2 loses the place in the chat. */
const WAYS_OUT: Readonly<Record<string, (chat: Acts) => readonly NewEntry[]>> = {
  leaving: ({ leave }) => [leave],
  'being removed': ({ remove }) => [remove(OWNER)],
  'being removed by a moderator': ({ remove }) => [remove(MODERATOR)],
  'a ban that is lifted': ({ ban, unban }) => [ban(MODERATOR), unban(MODERATOR)],
  'leaving, and a ban that is lifted': ({ leave, ban, unban }) => [
    ...[leave, ban(MODERATOR), unban(OWNER)],
  ],
  'a ban that has ended': ({ ban }) => [ban(OWNER, '2024-01-01T11:00:00.000Z')],
}

/** How user 2 gets one again. */
const WAYS_BACK: Readonly<Record<string, (chat: Acts) => readonly NewEntry[]>> = {
  joining: ({ join }) => [join],
  'being added by a moderator': ({ add }) => [add(MODERATOR)],
  'joining, leaving and joining': ({ join, leave }) => [join, leave, join],
  'being added twice': ({ add, remove }) => [add(MODERATOR), remove(MODERATOR), add(MODERATOR)],
}

/** What is done against members outlives their place, run against one kind of database. */
export function describeSanctionsContract(createDatabase: () => Promise<TestDatabase>): void {
  let database: TestDatabase
  let store: Store

  beforeEach(async () => {
    database = await createDatabase()
    store = await database.open()
    await makeChat()
  })
  afterEach(() => database.drop())

  const append = (...entries: NewEntry[]): Promise<Outcome[]> => store.append(entries, NOW)
  const done = async (...entries: NewEntry[]) => shorts(await append(...entries))
  const allDone = async (...entries: NewEntry[]) => {
    const outcomes = await done(...entries)
    expect(outcomes).toEqual(outcomes.map(() => expect.stringMatching(/^\d+$/)))
  }

  /** A public slow chat, of which user 2 is a member. */
  const makeChat = async ({ isWritten = false } = {}): Promise<number> => {
    const slow = { visibility: 'public', slowModeSeconds: 3_600 } as const
    const [made] = await append(sent.chat(OWNER, slow, [2, 4]))
    const chatId = (made as { entry: { id: number } }).entry.id
    await append(sent.members(OWNER, chatId, { act: 'add', userIds: [3], role: 'moderator' }))
    if (isWritten) await append(sent.message(MEMBER, chatId), sent.message(OTHER, chatId))
    return chatId
  }

  describe.each(Object.entries(WAYS_OUT))('%s', (_out, leave) => {
    it('does not end a mute, nor a slow mode, however one comes back', async () => {
      for (const [i, enter] of Object.values(WAYS_BACK).entries()) {
        const chatId = await makeChat({ isWritten: true })
        const chat = actsIn(chatId)
        const [own, others] = [2 * i + 1, 2 * i + 2]
        await allDone(chat.mute(MODERATOR), ...leave(chat), ...enter(chat))
        const tries = [
          ...[sent.message(MEMBER, chatId), sent.edit(MEMBER, own)],
          sent.reaction(MEMBER, others),
        ]
        expect(await done(...tries)).toEqual(['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN'])
        expect(await store.access.findMembers(chatId, [2])).toMatchObject([{ mutedUntil: FUTURE }])
        // Each of them stored by itself, too.
        const again = [chat.mute(MODERATOR, null), ...leave(chat), ...enter(chat)]
        for (const entry of again) await allDone(entry)
        expect((await done(...tries))[0]).toBe('RATE_LIMITED')
      }
    })

    it('does not make a reader a member, but where an owner does', async () => {
      for (const enter of Object.values(WAYS_BACK)) {
        const chatId = await makeChat()
        const chat = actsIn(chatId)
        const reader = chat.act(OWNER, { act: 'role', userId: 2, role: 'reader' })
        await allDone(reader, ...leave(chat), ...enter(chat))
        expect(await done(sent.message(MEMBER, chatId))).toEqual(['FORBIDDEN'])
        expect(await store.access.findMembers(chatId, [2])).toMatchObject([{ role: 'reader' }])
        await allDone(chat.leave, chat.add(OWNER))
        expect(await store.access.findMembers(chatId, [2])).toMatchObject([{ role: 'member' }])
      }
    })
  })

  const { mute, ban, unban, join, leave } = actsIn()

  it('who comes back muted is told so, with those who hear of it', async () => {
    await allDone(mute(OWNER), leave)
    const [joined] = await append(join)
    const added = [{ userId: 2, role: 'member', mutedUntil: FUTURE }]
    expect(joined).toMatchObject({ entry: { added } })
    expect((await store.readAfter(0, 100)).at(-1)).toMatchObject({ added })
  })

  it('a mute ends by itself also while one is away, and may be ended then', async () => {
    const soon = new Date(Date.parse(NOW) + 1).toISOString()
    await allDone(mute(OWNER, soon), leave)
    await store.append([join, leave], soon)
    expect(await done(mute(OWNER, null), mute(OWNER))).toEqual(['NOT_FOUND', 'NOT_FOUND'])
    await allDone(join, mute(OWNER), leave)
    await allDone(mute(OWNER, null), join, sent.message(MEMBER, 1))
  })

  it('nothing is kept of who had nothing against them', async () => {
    await allDone(leave)
    expect(await done(mute(OWNER))).toEqual(['NOT_FOUND'])
    await allDone(join, sent.message(MEMBER, 1))
  })

  it('what an owner or the server said, a moderator does not take back, nor make less', async () => {
    for (const higher of [OWNER, ADMIN]) {
      await allDone(mute(higher))
      expect(
        await done(mute(MODERATOR, null), mute(MODERATOR, '2024-01-02T00:00:00.000Z')),
      ).toEqual(['FORBIDDEN', 'FORBIDDEN'])
      await allDone(leave, join)
      expect(await done(mute(MODERATOR, null))).toEqual(['FORBIDDEN'])
      await allDone(mute(OWNER, null), mute(MODERATOR), mute(OWNER, null), ban(higher))
      expect(await done(unban(MODERATOR), ban(MODERATOR, '2024-01-02T00:00:00.000Z'))).toEqual([
        ...['FORBIDDEN', 'FORBIDDEN'],
      ])
      await allDone(unban(OWNER), ban(MODERATOR), unban(MODERATOR), join)
    }
  })
}
