import { afterEach, beforeEach, expect, it } from 'vitest'
import type { NewEntry } from '../../src/storage/entries.ts'
import type { Outcome, Store } from '../../src/storage/store.ts'
import { asOpen, sent, user } from './new-access-entry.ts'
import { shorts } from './outcome-shorts.ts'
import type { TestDatabase } from './test-database.ts'

const NOW = '2024-01-01T12:00:00.000Z'
const FUTURE = '2999-01-01T00:00:00.000Z'

const OWNER = user(1, { isAdmin: true })
const other = user(2)
const support = { kind: 'support' } as const
const members = (action: Parameters<typeof sent.members>[2]) => sent.members(OWNER, 1, action)

/** One of each act that may have a name, of user 1; each changes something. */
const ACTS: readonly NewEntry[] = [
  sent.message(OWNER, 1),
  sent.edit(OWNER, 1),
  sent.edit(OWNER, 2),
  sent.reaction(OWNER, 1),
  sent.reaction(OWNER, 1, { emoji: '👎' }),
  sent.reaction(OWNER, 1, { removed: true }),
  sent.deletion(OWNER, 3),
  sent.report(OWNER, 2),
  sent.resolution(OWNER, 1),
  sent.pin(OWNER, 1),
  sent.pin(OWNER, 1, { isPinned: false }),
  sent.settings(OWNER, 1),
  sent.settings(OWNER, 1, { notify: 'none' }),
  sent.follow(OWNER, 1),
  sent.follow(OWNER, 1, { isFollowed: false }),
  sent.chat(OWNER),
  sent.direct(OWNER, 2),
  sent.direct(OWNER, 3),
  sent.change(OWNER, 1, { title: 'Garden' }),
  sent.profile(OWNER, { name: 'Ann' }),
  sent.block(OWNER, 5),
  sent.block(OWNER, 5, false),
  sent.ban(OWNER, 6),
  sent.ban(OWNER, 6, { isLifted: true }),
  members({ act: 'add', userIds: [3, 4], role: 'member' }),
  members({ act: 'role', userId: 3, role: 'reader' }),
  members({ act: 'mute', userId: 3, until: FUTURE }),
  members({ act: 'mute', userId: 4, until: FUTURE }),
  members({ act: 'ban', userId: 4, until: null, reason: undefined }),
  members({ act: 'unban', userId: 4 }),
  members({ act: 'remove', userIds: [3] }),
  { ...{ type: 'support', chatId: 5, status: 'closed', assignee: undefined }, ...by(OWNER) },
  { ...{ type: 'support', chatId: 6, status: 'closed', assignee: undefined }, ...by(OWNER) },
]

function by({ userId: senderId, authority }: typeof OWNER) {
  return { senderId, authority, clientId: undefined }
}

/** What repeats an act and what only bears its name, run against one kind of database. */
export function describeRepeatsContract(createDatabase: () => Promise<TestDatabase>): void {
  let database: TestDatabase
  let store: Store

  beforeEach(async () => {
    database = await createDatabase()
    store = await database.open()
    await append(sent.chat(OWNER, {}, [2]))
    await append(...[1, 2, 3].map(() => sent.message(OWNER, 1)))
    await append(...[5, 6].map((chatId) => sent.message(other, chatId, support)))
  })
  afterEach(() => database.drop())

  const append = (...entries: NewEntry[]): Promise<Outcome[]> => store.append(entries, NOW)
  const named = (entry: NewEntry, clientId: string): NewEntry => ({ ...entry, clientId })

  it('an act is done once, and another act of its name is refused, not answered as the first', async () => {
    const offsets: string[] = []
    for (const [i, act] of ACTS.entries()) {
      const [outcome] = shorts(await append(named(act, `act ${i}`)))
      expect([i, act.type, outcome]).toEqual([i, act.type, expect.stringMatching(/^\d+$/)])
      offsets.push(outcome!)
    }
    const last = await store.lastOffset()
    for (const [i, first] of ACTS.entries()) {
      const again = ACTS.map((act) => named(act, `act ${i}`))
      const expected = ACTS.map((act) => (act === first ? `=${offsets[i]}` : 'FORBIDDEN'))
      expect([i, ...shorts(await append(...again))]).toEqual([i, ...expected])
    }
    expect(await store.lastOffset()).toBe(last)
  })

  it('so it is within one batch, and of messages alone, where access is open', async () => {
    const [message, edit] = [asOpen(sent.message(OWNER, 9)), asOpen(sent.edit(OWNER, 1))]
    const outcomes = await append(named(edit, 'a'), named(message, 'a'), named(message, 'b'))
    expect(shorts(outcomes)).toEqual(['7', 'FORBIDDEN', '8'])
    // A batch of nothing but messages is stored by itself.
    expect(shorts(await append(named(message, 'a')))).toEqual(['FORBIDDEN'])
    expect(shorts(await append(named(message, 'a'), named(message, 'b'), message))).toEqual([
      ...['FORBIDDEN', '=8', '9'],
    ])
    expect(outcomes[1]).toMatchObject({ reason: expect.stringContaining('choose another') })
  })

  it('a report that is repeated under another name is told as the first', async () => {
    await append(named(sent.report(OWNER, 1), 'a'))
    await append(sent.report(other, 2))
    expect(await append(named(sent.report(OWNER, 1), 'b'))).toMatchObject([
      { repeated: true, entry: { reportId: 1 } },
    ])
  })

  it('settings and threads that are so already are not stored again', async () => {
    const all = sent.settings(OWNER, 1, { notify: 'all' })
    const [set, follow] = [sent.settings(OWNER, 1), sent.follow(OWNER, 1)]
    const off = sent.follow(OWNER, 1, { isFollowed: false })
    const both = [all, set, set, all, all, follow, follow, off, off, follow]
    const stored = ['=6', '7', '=7', '8', '=8', '9', '=9', '10', '=10', '11']
    expect(shorts(await append(...both))).toEqual(stored)
    expect(shorts(await append(all, follow, set, off, set, off))).toEqual([
      ...['=11', '=11', '12', '13', '=13', '=13'],
    ])
    // Who has said not to follow does not begin to by replying.
    await append(sent.message(OWNER, 1, { thread: 1 }))
    expect(await store.access.threadsOf(1)).toEqual([])
  })
}
