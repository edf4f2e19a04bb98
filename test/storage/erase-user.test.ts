import { afterEach, beforeEach, expect, it } from 'vitest'
import type { DurableDatabase, DurableStore } from '../../src/storage/database.ts'
import type { NewEntry } from '../../src/storage/entries.ts'
import { UserEraser } from '../../src/storage/erase-user.ts'
import { openStore } from '../../src/storage/open-store.ts'
import { describeDurable } from './describe-durable.ts'
import { asOpen, sent, user } from './new-access-entry.ts'
import { newEntry } from './new-entry.ts'
import type { TestDatabase } from './test-database.ts'

const NOW = '2024-01-01T12:00:00.000Z'
const FILE = `${'a'.repeat(32)}.png`
const SECRET = 'albatross'

const ann = user(7)
const bob = user(8)

describeDurable('erasing a user', (create) => {
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

  const append = async (...entries: NewEntry[]) => {
    for (const entry of entries) {
      const [outcome] = await store.append([entry], NOW)
      if ('refused' in outcome!) throw new Error(outcome.reason)
    }
  }
  const eraser = (more: Partial<ConstructorParameters<typeof UserEraser>[1]> = {}) =>
    new UserEraser(store, { userId: 7, onProgress: () => {}, ...more })
  const find = (text: string) =>
    store.search({ text, chat: undefined, before: undefined, limit: 10 })

  /** All that a user can leave, in one chat of three and one of two. */
  async function fill(): Promise<void> {
    await store.uploads.add(
      { name: FILE, ownerId: 7, fileType: 'image/png', sizeBytes: 3 },
      new Date(NOW),
    )
    await append(
      sent.profile(ann, { name: `Ann ${SECRET}`, avatar: `uploads/${FILE}` }),
      sent.profile(user(99, { isAdmin: true }), { name: SECRET }, 7),
      sent.chat(ann, {}, [8, 9]),
      sent.direct(ann, 8),
      sent.message(bob, 1, { content: 'from bob', mentions: [7] }),
      sent.message(ann, 1, { content: `${SECRET} one`, filePaths: `uploads/${FILE}` }),
      sent.message(ann, 1, { content: `${SECRET} two`, clientId: 'named' }),
      sent.message(ann, 2, { content: `${SECRET} direct` }),
      newEntry({ kind: 'support', chatId: 3, senderId: 7, content: `${SECRET} help` }),
      sent.edit(ann, 2, { content: `${SECRET} edited` }),
      sent.reaction(ann, 1),
      sent.reaction(ann, 4, { emoji: '🎉' }),
      sent.reaction(bob, 2),
      sent.block(ann, 9),
      sent.report(ann, 1, { reason: `${SECRET} reason` }),
      sent.report(bob, 2, { reason: 'bob says' }),
      sent.settings(ann, 1),
      sent.follow(ann, 1),
      sent.pin(ann, 1),
    )
    await store.cursors.advance([
      { userId: 7, kind: 'chat', chatId: 1, delivered: 2, read: 2 },
      { userId: 8, kind: 'chat', chatId: 1, delivered: 2, read: 2 },
    ])
    await store.lastSeen.note([{ userId: 7, at: NOW }])
  }

  it('says in a dry run what there is, and changes nothing', async () => {
    await fill()
    const before = await store.readAfter(0, 1_000)
    expect(await eraser().count()).toEqual({
      ...{ profile: 1, messages: 4, reactions: 2, blocks: 1, reports: 2, chat_cursors: 2 },
      ...{ chat_settings: 1, thread_follows: 1, mentions: 1, last_seen: 1, memberships: 2 },
      ...{ namings: 2, uploads: 1 },
    })
    expect(await store.readAfter(0, 1_000)).toEqual(before)
  })

  it('leaves nothing that the user wrote, in any table', async () => {
    await fill()
    expect(await find(SECRET)).toHaveLength(4)
    await eraser().erase()
    const tables = await store.readAfter(0, 1_000)
    expect(JSON.stringify(tables)).not.toContain(SECRET)
    for (const table of ['messages', 'support_messages', 'log_events', 'reports', 'users'])
      expect(JSON.stringify(await database.query(`SELECT * FROM ${table}`), inWords)).not.toContain(
        SECRET,
      )
    expect(await find(SECRET)).toEqual([])
    expect(await find('bob')).toHaveLength(1)
  })

  it('keeps order, offsets and all that others wrote', async () => {
    await fill()
    const before = await store.readAfter(0, 1_000)
    await eraser().erase()
    const after = (await store.readAfter(0, 1_000)).slice(0, before.length)
    const places = (entries: typeof before) =>
      entries.map(({ offset, type, kind, senderId }) => [offset, type, kind, senderId])
    expect(places(after)).toEqual(places(before))
    const ofOthers = (entries: typeof before) =>
      entries.filter(({ type, senderId }) => type === 'message' && senderId !== 7)
    expect(ofOthers(after)).toEqual(ofOthers(before))
  })

  it('tells the log of each message, reaction, block, name and membership', async () => {
    await fill()
    const offset = await store.lastOffset()
    await eraser().erase()
    const told = (await store.readAfter(offset, 1_000)).map(({ type, senderId }) => {
      expect(senderId).toBe(7)
      return type
    })
    expect(told.sort()).toEqual(
      [
        ...['user', 'deletion', 'deletion', 'deletion', 'deletion', 'reaction', 'block'],
        ...['members', 'members'],
      ].sort(),
    )
  })

  it('leaves no row of the user beside the log', async () => {
    await fill()
    await eraser().erase()
    const counts = await Promise.all(
      [
        ...['users WHERE id = 7', 'members WHERE user_id = 7', 'chat_cursors WHERE user_id = 7'],
        ...['chat_settings WHERE user_id = 7', 'thread_follows WHERE user_id = 7'],
        ...[
          'mentions WHERE user_id = 7',
          'blocks WHERE user_id = 7',
          'last_seen WHERE user_id = 7',
        ],
        ...['reactions WHERE sender_id = 7', 'upload_uses WHERE kind IS NOT NULL'],
      ].map(async (from) => (await database.query(`SELECT * FROM ${from}`)).length),
    )
    expect(counts).toEqual(counts.map(() => 0))
    expect(await database.query('SELECT * FROM chat_cursors')).toHaveLength(3)
    const [report] = await store.access.reports({
      ...{ after: 1, limit: 1, isAll: true, moderatorId: undefined },
    })
    expect(report).toMatchObject({ reason: 'bob says', content: '' })
  })

  it('gives its files to the collector at once, or removes them', async () => {
    await fill()
    await eraser().erase()
    expect(await store.uploads.findUnused(new Date(1), 10)).toEqual([FILE])
    const removed: string[] = []
    await eraser({ removeFile: async (name) => void removed.push(name) }).erase()
    expect(removed).toEqual([FILE])
    expect(await store.uploads.findKnown([FILE])).toEqual([])
  })

  it('finds nothing the second time, and notes one act', async () => {
    await fill()
    await eraser({ removeFile: async () => {} }).erase()
    const offset = await store.lastOffset()
    for (const counts of [
      await eraser().count(),
      await eraser({ removeFile: async () => {} }).erase(),
    ])
      expect(Object.entries(counts).filter(([, count]) => count > 0)).toEqual([])
    expect(await store.lastOffset()).toBe(offset)
    const acts = await store.access.newestActs({
      ...{ userId: 7, before: Number.MAX_SAFE_INTEGER, limit: 10 },
    })
    expect(acts.map(({ act }) => act)).toEqual(['erase'])
  })

  it('goes on where it was interrupted', async () => {
    await append(...Array.from({ length: 30 }, () => asOpen(newEntry({ senderId: 7 }))))
    const interrupted = eraser({
      onProgress: (part) => {
        if (part === 'messages') throw new Error('killed')
      },
    })
    await expect(interrupted.erase()).rejects.toThrow('killed')
    const { messages } = await eraser().count()
    expect(messages).toBeLessThan(30)
    expect(messages).toBeGreaterThan(0)
    expect((await eraser().erase()).messages).toBe(messages)
    const deletions = (await store.readAfter(30, 100)).filter(({ type }) => type === 'deletion')
    expect(deletions).toHaveLength(30)
  })

  it.each([
    ['the oldest moderator', 'moderator', 9],
    ['the oldest member, where nobody moderates', 'member', 8],
  ] as const)('passes a chat to %s', async (_, role, heir) => {
    await append(
      sent.chat(ann, {}, [8, 9]),
      sent.members(ann, 1, { act: 'role', userId: 9, role: 'reader' }),
      sent.members(ann, 1, { act: 'role', userId: 9, role }),
    )
    await eraser().erase()
    const members = await store.access.membersOf(1, { after: 0, limit: 10 })
    expect(members.filter((one) => one.role === 'owner').map((one) => one.userId)).toEqual([heir])
    const [chat] = await store.access.findChats([1])
    expect(chat!.memberCount).toBe(2)
  })

  it('leaves a chat to its other owner, and an empty one to nobody', async () => {
    await append(
      sent.chat(ann, {}, [8, 9]),
      sent.members(ann, 1, { act: 'role', userId: 9, role: 'owner' }),
      sent.chat(ann),
    )
    await eraser().erase()
    const owners = (await store.access.membersOf(1, { after: 0, limit: 10 })).filter(
      ({ role }) => role === 'owner',
    )
    expect(owners.map(({ userId }) => userId)).toEqual([9])
    expect(await store.access.membersOf(2, { after: 0, limit: 10 })).toEqual([])
  })

  it('keeps bans, and what admins did', async () => {
    const admin = user(99, { isAdmin: true })
    await append(
      sent.ban(admin, 7, { reason: 'spam' }),
      sent.message(user(7), 1, { authority: undefined }),
    )
    await eraser().erase()
    expect(await store.access.bans({ after: 0, limit: 10 })).toHaveLength(1)
    const acts = await store.access.acts({ userId: 7, after: 0, limit: 10 })
    expect(acts.map(({ act }) => act)).toEqual(['ban', 'erase'])
  })

  it('of another leaves all as it is', async () => {
    await fill()
    const before = await store.readAfter(0, 1_000)
    await eraser({ userId: 12 }).erase()
    expect(await store.readAfter(0, 1_000)).toEqual(before)
    expect(
      await store.readHistory({ kind: 'chat', chatId: 1, before: undefined, limit: 1 }),
    ).toHaveLength(1)
  })
})

function inWords(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}
