import type { Reader } from '../../src/storage/access-records.ts'
import type { Store } from '../../src/storage/store.ts'
import { DOERS } from './random-entries.ts'

const ALL = { after: 0, limit: 100 }
const CHATS = [1, 2, 3, 4, 5, 6, 7]

/** All that a store tells of few chats, of everything and as each user may read it. */
export async function readAll(store: Store): Promise<object> {
  const { access } = store
  const of: Record<string, unknown> = {
    log: await store.readAfter(0, 1_000),
    chats: byKey(await access.findChats(CHATS), ({ chatId }) => chatId),
    public: await access.publicChats({ ...ALL, text: undefined }),
    bans: await access.bans(ALL),
    reports: await access.reports({ ...ALL, isAll: true, moderatorId: undefined }),
    acts: await access.acts({ ...ALL, userId: undefined }),
    queue: await store.readSupportQueue(100),
  }
  for (const chatId of CHATS) {
    of[`members ${chatId}`] = await access.membersOf(chatId, ALL)
    for (const kind of ['chat', 'support'] as const)
      of[`${kind} pins ${chatId}`] = await access.pinsOf(kind, chatId)
  }
  for (const { userId, authority } of DOERS) {
    const { isAgent } = authority
    of[`user ${userId}`] = await readAs(store, {
      ...{ userId, isAgent, granted: [...authority.granted.keys()] },
    })
  }
  return of
}

/** What one reader is told. */
export async function readAs(store: Store, reader: Reader): Promise<object> {
  const { userId } = reader
  const { access, cursors } = store
  const ids = DOERS.map((doer) => doer.userId)
  const histories: Record<string, unknown> = {}
  for (const kind of ['chat', 'support'] as const)
    for (const chatId of CHATS)
      histories[`${kind} ${chatId}`] = await store.readHistory({
        ...{ kind, chatId, userId, before: undefined, limit: 100 },
      })
  const found = { text: 'hello', chat: undefined, before: undefined, limit: 100, reader }
  return {
    histories,
    found: await store.search(found),
    // Those without messages come last, in any order.
    chats: byKey(await cursors.chatsOf(userId, reader), ({ newest, chatId }) => newest || -chatId),
    memberships: await access.membershipsOf(userId, ALL),
    supportChats: await access.supportChatsOf(userId, ALL),
    profile: await access.findUsers([userId]),
    blocked: await access.blockedBy(userId),
    threads: byKey(await access.threadsOf(userId), ({ root }) => root.offset),
    sharing: (await access.sharingWith(userId, ids)).sort(),
    reports: await access.reports({ ...ALL, isAll: false, moderatorId: userId }),
    acts: await access.acts({ ...ALL, userId }),
    bannedFrom: await Promise.all(CHATS.map((id) => access.isBannedFrom(id, userId))),
    opened: await Promise.all(CHATS.map((id) => access.customerOf(id))),
  }
}

function byKey<Value>(values: readonly Value[], keyOf: (value: Value) => number): Value[] {
  return [...values].sort((a, b) => keyOf(a) - keyOf(b))
}
