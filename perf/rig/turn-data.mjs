// What `perf/turns.mjs` asks about: a database in which each question finds as much as it can.

const NOW = '2024-01-01T12:00:00.000Z'
const BATCH = 1_000

/** Who asks, by what the user's list of chats is like. */
export const USERS = {
  /** 1,000 chats with many unread messages each. */
  busy: 1,
  /** 1,000 chats whose newest message is as long as a frame. */
  long: 2,
  /** A cursor in every chat there is. */
  everywhere: 3,
  /** One chat with nothing but own messages, and one with nothing but deleted ones. */
  alone: 4,
  /** Has written `AUTHORED` long messages, named `long-0` and so on. */
  author: 13,
  /** Works the support desk. */
  agent: 5,
}

/** Numbers of chats: where each part of the database begins. */
export const CHATS = {
  ...{ busy: 1, long: 10_001, own: 20_001, deleted: 20_002, reacted: 20_003, authored: 20_004 },
  single: 100_001,
}

export const LONG_CHATS = 1_000
const BUSY_CHATS = 1_000

/** Long messages of one author, and messages with so many reactions each. */
export const AUTHORED = 1_000
const REACTED = 100
const REACTIONS = 1_000
const WORDS = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta', 'theta']

/** Numbers for a database of about `messages` messages; the rest follows from them. */
export function sizesOf(messages) {
  return {
    unreadEach: Math.ceil(messages / BUSY_CHATS),
    singles: Math.ceil(messages / 10),
    own: Math.ceil(messages / 10),
    deleted: Math.ceil(messages / 50),
    supportChats: Math.ceil(messages / 10),
    cursors: Math.ceil(messages / 2),
    lastSeen: Math.ceil(messages / 10),
    /** The id of the author's first message: until then there are only chat messages, whose ids are their offsets. */
    firstAuthored: Math.ceil(messages / BUSY_CHATS) * BUSY_CHATS + 2 * Math.ceil(messages / 10) + 1,
  }
}

/** Fills an empty store. */
export async function fill(store, sizes, log) {
  const { unreadEach, singles, own, deleted, supportChats, cursors, lastSeen } = sizes
  const long = 'ä'.repeat(30_000)
  await write(store, unreadEach * BUSY_CHATS, (i) => message(CHATS.busy + (i % BUSY_CHATS), i))
  log('  messages of busy chats')
  await write(store, singles, (i) => message(CHATS.single + i, i))
  await write(store, own, (i) => message(CHATS.own, i, { senderId: USERS.alone }))
  await write(store, AUTHORED, (i) => message(CHATS.authored, i, authored(long, i)), 50)
  const firstReacted = (await store.lastOffset()) + 1
  await write(store, REACTED, (i) => message(CHATS.reacted, i))
  const isFirst = await store.lastOffset()
  await write(store, deleted, (i) => message(CHATS.deleted, i))
  // Only chat messages so far: their ids are their offsets.
  await write(store, deleted, (i) => ({
    ...{ type: 'deletion', kind: 'chat', messageId: isFirst + i + 1, clientId: undefined },
    senderId: senderOf(i),
  }))
  await write(store, LONG_CHATS, (i) => message(CHATS.long + i, i, { content: long }), 50)
  await write(store, REACTED * REACTIONS, (i) => ({
    ...{ type: 'reaction', kind: 'chat', messageId: firstReacted + (i % REACTED) },
    ...{ clientId: undefined, senderId: 1_000 + Math.floor(i / REACTED), removed: false },
    emoji: String.fromCodePoint(0x1f300 + Math.floor(i / REACTED)),
  }))
  log('  single, own, deleted, long and reacted messages')
  // The last ones are answered: they do not wait.
  const support = (i, more) => message(i + 1, i, { kind: 'support', ...more })
  await write(store, supportChats, (i) => support(i, { isFromAgent: i >= supportChats / 2 }))
  await write(store, 500, (i) => support(i, { content: long }), 50)
  log('  support chats')
  const cursor = (userId, chatId, kind = 'chat') => ({
    ...{ userId, kind, chatId, delivered: 1, read: 0 },
  })
  await advance(store, BUSY_CHATS, (i) => cursor(USERS.busy, CHATS.busy + i))
  await advance(store, LONG_CHATS, (i) => cursor(USERS.long, CHATS.long + i))
  await advance(store, singles, (i) => cursor(USERS.everywhere, CHATS.single + i))
  await advance(store, 2, (i) => cursor(USERS.alone, CHATS.own + i))
  await advance(store, cursors, (i) => cursor(1_000 + i, CHATS.busy + (i % BUSY_CHATS)))
  log('  cursors')
  for (let from = 0; from < lastSeen; from += BATCH)
    await store.lastSeen.note(range(from, lastSeen, (i) => ({ userId: 500_000 + i, at: NOW })))
  log('  when users were last here')
}

async function write(store, count, entry, batch = BATCH) {
  for (let from = 0; from < count; from += batch)
    await store.append(range(from, count, entry, batch), NOW)
}

async function advance(store, count, cursor) {
  for (let from = 0; from < count; from += BATCH)
    await store.cursors.advance(range(from, count, cursor))
}

function range(from, count, of, batch = BATCH) {
  return Array.from({ length: Math.min(batch, count - from) }, (_, i) => of(from + i))
}

function message(chatId, i, more = {}) {
  return {
    ...{ type: 'message', kind: 'chat', chatId, senderId: senderOf(i), clientId: undefined },
    content: `${WORDS[i % WORDS.length]} ${WORDS[(i >> 3) % WORDS.length]} message ${i}`,
    ...{ fileType: undefined, filePaths: undefined, replyTo: undefined, isFromAgent: false },
    ...more,
  }
}

function authored(content, i) {
  return { senderId: USERS.author, clientId: `long-${i}`, content }
}

function senderOf(i) {
  return 1_000 + (i % 997)
}
