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

const act = (who: Doer, action: MemberAction) => sent.members(who, 1, action)
const add = (who: Doer) => act(who, { act: 'add', userIds: [2], role: 'member' })
const ban = (who: Doer, until: string | null = null) =>
  act(who, { act: 'ban', userId: 2, until, reason: undefined })
const unban = (who: Doer) => act(who, { act: 'unban', userId: 2 })
const mute = (who: Doer, until: string | null = FUTURE) =>
  act(who, { act: 'mute', userId: 2, until })

/** How user 2 loses the place in the chat. */
const WAYS_OUT: Readonly<Record<string, readonly NewEntry[]>> = {
  leaving: [act(MEMBER, { act: 'leave' })],
  'being removed': [act(OWNER, { act: 'remove', userIds: [2] })],
  'being removed by a moderator': [act(MODERATOR, { act: 'remove', userIds: [2] })],
  'a ban that is lifted': [ban(MODERATOR), unban(MODERATOR)],
  'leaving, and a ban that is lifted': [
    ...[act(MEMBER, { act: 'leave' }), ban(MODERATOR), unban(OWNER)],
  ],
  'a ban that has ended': [ban(OWNER, '2024-01-01T11:00:00.000Z')],
}

/** How user 2 gets one again. */
const WAYS_BACK: Readonly<Record<string, readonly NewEntry[]>> = {
  joining: [act(MEMBER, { act: 'join' })],
  'being added by a moderator': [add(MODERATOR)],
  'joining, leaving and joining': [
    ...[act(MEMBER, { act: 'join' }), act(MEMBER, { act: 'leave' }), act(MEMBER, { act: 'join' })],
  ],
  'being added twice': [
    ...[add(MODERATOR), act(MODERATOR, { act: 'remove', userIds: [2] }), add(MODERATOR)],
  ],
}

const WAYS = Object.entries(WAYS_OUT).flatMap(([out, leave]) =>
  Object.entries(WAYS_BACK).map(([back, enter]) => [out, back, [...leave, ...enter]] as const),
)

/** What is done against members outlives their place, run against one kind of database. */
export function describeSanctionsContract(createDatabase: () => Promise<TestDatabase>): void {
  let database: TestDatabase
  let store: Store

  beforeEach(async () => {
    database = await createDatabase()
    store = await database.open()
    await append(
      sent.chat(OWNER, { visibility: 'public', slowModeSeconds: 3_600 }, [2, 4]),
      act(OWNER, { act: 'add', userIds: [3], role: 'moderator' }),
    )
  })
  afterEach(() => database.drop())

  const append = (...entries: NewEntry[]): Promise<Outcome[]> => store.append(entries, NOW)
  const done = async (...entries: NewEntry[]) => shorts(await append(...entries))
  const allDone = async (...entries: NewEntry[]) => {
    const outcomes = await done(...entries)
    expect(outcomes).toEqual(outcomes.map(() => expect.stringMatching(/^\d+$/)))
  }

  describe.each(WAYS)('%s and %s', (_out, _back, way) => {
    it('does not end a mute, nor a slow mode, in one batch or in several', async () => {
      await allDone(sent.message(MEMBER, 1), sent.message(OTHER, 1), mute(MODERATOR))
      await allDone(...way)
      const tries = [sent.message(MEMBER, 1), sent.edit(MEMBER, 1), sent.reaction(MEMBER, 2)]
      expect(await done(...tries)).toEqual(['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN'])
      expect(await store.access.findMembers(1, [2])).toMatchObject([{ mutedUntil: FUTURE }])
      for (const entry of [mute(MODERATOR, null), ...way]) await allDone(entry)
      expect(await done(...tries)).toEqual(['RATE_LIMITED', expect.any(String), expect.any(String)])
    })

    it('does not make a reader a member', async () => {
      await allDone(act(OWNER, { act: 'role', userId: 2, role: 'reader' }), ...way)
      expect(await done(sent.message(MEMBER, 1))).toEqual(['FORBIDDEN'])
      expect(await store.access.findMembers(1, [2])).toMatchObject([{ role: 'reader' }])
      // It is the owner who gives roles.
      await allDone(act(MEMBER, { act: 'leave' }), add(OWNER))
      expect(await store.access.findMembers(1, [2])).toMatchObject([{ role: 'member' }])
    })
  })

  it('who comes back muted is told so, with those who hear of it', async () => {
    await allDone(mute(OWNER), act(MEMBER, { act: 'leave' }))
    const [joined] = await append(act(MEMBER, { act: 'join' }))
    const added = [{ userId: 2, role: 'member', mutedUntil: FUTURE }]
    expect(joined).toMatchObject({ entry: { added } })
    expect((await store.readAfter(0, 100)).at(-1)).toMatchObject({ added })
  })

  it('a mute ends by itself also while one is away, and may be ended then', async () => {
    const soon = new Date(Date.parse(NOW) + 1).toISOString()
    await allDone(mute(OWNER, soon), act(MEMBER, { act: 'leave' }))
    await store.append([act(MEMBER, { act: 'join' }), act(MEMBER, { act: 'leave' })], soon)
    expect(await done(mute(OWNER, null), mute(OWNER))).toEqual(['NOT_FOUND', 'NOT_FOUND'])
    await allDone(act(MEMBER, { act: 'join' }), mute(OWNER), act(MEMBER, { act: 'leave' }))
    await allDone(mute(OWNER, null), act(MEMBER, { act: 'join' }), sent.message(MEMBER, 1))
  })

  it('nothing is kept of who had nothing against them', async () => {
    await allDone(act(MEMBER, { act: 'leave' }))
    expect(await done(mute(OWNER))).toEqual(['NOT_FOUND'])
    await allDone(act(MEMBER, { act: 'join' }), sent.message(MEMBER, 1))
  })

  it('what an owner or the server said, a moderator does not take back, nor make less', async () => {
    for (const higher of [OWNER, ADMIN]) {
      await allDone(mute(higher))
      expect(
        await done(mute(MODERATOR, null), mute(MODERATOR, '2024-01-02T00:00:00.000Z')),
      ).toEqual(['FORBIDDEN', 'FORBIDDEN'])
      await allDone(act(MEMBER, { act: 'leave' }), act(MEMBER, { act: 'join' }))
      expect(await done(mute(MODERATOR, null))).toEqual(['FORBIDDEN'])
      await allDone(mute(OWNER, null), mute(MODERATOR), mute(OWNER, null), ban(higher))
      expect(await done(unban(MODERATOR), ban(MODERATOR, '2024-01-02T00:00:00.000Z'))).toEqual([
        ...['FORBIDDEN', 'FORBIDDEN'],
      ])
      await allDone(unban(OWNER), ban(MODERATOR), unban(MODERATOR), act(MEMBER, { act: 'join' }))
    }
  })
}
