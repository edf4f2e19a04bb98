import { afterEach, beforeEach, expect, it } from 'vitest'
import type { DurableDatabase, DurableStore } from '../../src/storage/database.ts'
import { membersFromHistory } from '../../src/storage/members-from-history.ts'
import { openStore } from '../../src/storage/open-store.ts'
import { describeDurable } from './describe-durable.ts'
import { sent, user } from './new-access-entry.ts'
import { newEntry } from './new-entry.ts'
import type { TestDatabase } from './test-database.ts'

const NOW = '2024-01-01T12:00:00.000Z'

describeDurable('members from who wrote where', (create) => {
  let database: TestDatabase<DurableDatabase>
  let store: DurableStore

  beforeEach(async () => {
    database = await create()
    store = await openStore(database.location)
  })
  afterEach(async () => {
    await store.close()
    await database.drop()
  })

  const write = (chatId: number, ...senders: number[]) =>
    store.append(
      senders.map((senderId) => newEntry({ chatId, senderId })),
      NOW,
    )
  const propose = async (apply: boolean) => {
    const chats = []
    for await (const chat of membersFromHistory(store, { apply })) chats.push(chat)
    return chats
  }
  const membersOf = async (chatId: number) =>
    (await store.access.membersOf(chatId, { after: 0, limit: 1_000 })).map(({ userId, role }) => [
      userId,
      role,
    ])

  it('are proposed, and nothing is changed', async () => {
    await write(5, 9, 2, 9, 3)
    await write(6, 4)
    await store.append([newEntry({ kind: 'support', chatId: 8, senderId: 1 })], NOW)
    expect(await propose(false)).toEqual([
      { chatId: 5, owner: 9, members: 3, messages: 4 },
      { chatId: 6, owner: 4, members: 1, messages: 1 },
    ])
    expect(await store.access.findChats([5, 6])).toEqual([])
    expect(await membersOf(5)).toEqual([])
  })

  it('are made: a private chat with all of its history, owned by who wrote first', async () => {
    await write(5, 9, 2, 9, 3)
    await propose(true)
    expect(await store.access.findChats([5])).toEqual([
      {
        ...{ chatId: 5, title: undefined, visibility: 'private', history: 'all' },
        ...{ slowModeSeconds: 0, retentionSeconds: undefined, direct: undefined },
        ...{ createdBy: 9, memberCount: 3, madeAt: NOW },
      },
    ])
    expect(await membersOf(5)).toEqual([
      [2, 'member'],
      [3, 'member'],
      [9, 'owner'],
    ])
    const [said] = await store.append([sent.message(user(3), 5)], NOW)
    const [refused] = await store.append([sent.message(user(4), 5)], NOW)
    expect(said).toMatchObject({ repeated: false })
    expect(refused).toMatchObject({ refused: 'NOT_FOUND' })
  })

  it('are made once: chats that have members stay as they are', async () => {
    await write(5, 9, 2)
    await propose(true)
    await store.append([sent.members(user(9), 5, { act: 'remove', userIds: [2] })], NOW)
    expect(await propose(true)).toEqual([])
    expect(await membersOf(5)).toEqual([[9, 'owner']])
  })

  it('are made anew where that was interrupted', async () => {
    await write(5, ...Array.from({ length: 40 }, (_, i) => i + 1))
    await store.census.addMembers(5, [1, 2, 3], 1)
    expect(await propose(true)).toEqual([{ chatId: 5, owner: 1, members: 40, messages: 40 }])
    expect(await membersOf(5)).toHaveLength(40)
  })

  it('are counted over as many messages as there are', async () => {
    await write(5, 7, 8, 7, 8, 7)
    const first = await store.census.writersOf(5, 0, 2)
    expect(first.last).toBe(2)
    expect(await store.census.writersOf(5, 2, 2)).toMatchObject({ last: 4 })
    expect(await store.census.writersOf(5, 4, 2)).toEqual({
      writers: [{ userId: 7, messages: 1, firstId: 5 }],
      last: undefined,
    })
    expect(await store.census.writersOf(5, 5, 2)).toEqual({ writers: [], last: undefined })
  })
})
