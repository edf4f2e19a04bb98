// What is asked of a server while its turns are measured: each a function of a client.
import { clientFrame } from './raw-socket.mjs'
import { AUTHORED, CHATS, LONG_CHATS, USERS } from './turn-data.mjs'

/** The most chats of each kind that a SUBSCRIBE may name. */
const SUBSCRIPTIONS = 1_000

const ids = (from, count) => Array.from({ length: count }, (_, i) => from + i)
const question = (userId, frame) => ({
  userId,
  run: async (client) => {
    client.send(frame)
    await client.next(frame.type)
  },
})

/** Many frames at once, and a PING that is answered when they were all read. */
const flood = (userId, frames) => ({
  userId,
  run: async (client) => {
    for (const frame of frames) client.send(frame)
    client.send({ type: 'PING', t: 1 })
    await client.next('PONG')
  },
})

/** The smallest frames, in one write; the PING behind them is answered when all were read. */
const rawFlood = (...frames) => ({
  userId: 8,
  run: async (client) => {
    const once = Buffer.concat(frames)
    client.sendRaw(Buffer.concat(Array(Math.ceil(10_000 / frames.length)).fill(once)))
    client.send({ type: 'PING', t: 1 })
    await client.next('PONG')
  },
})

const TEXT = 1
const BINARY = 2
const PONG = 10
const fragments = ids(0, 200).map((i) => clientFrame(i === 0 ? TEXT : 0, '', i === 199))

const unknownKeys = Object.fromEntries(ids(0, 6_500).map((i) => [`k${i}`, 1]))
const subscribe = {
  type: 'SUBSCRIBE',
  chats: ids(9_000_000_000_000, SUBSCRIPTIONS),
  support_chats: ids(9_000_000_000_000, SUBSCRIPTIONS),
}

/** Frames of the author's that are answered with an ACK each, all at once. */
const acknowledged = (count, frame) => ({
  userId: USERS.author,
  run: async (client) => {
    for (let i = 0; i < count; i++)
      client.send({ client_id: `${client.round}-${i}`, ...frame(i, client.number) })
    await client.next('ACK', count)
  },
})

const LETTERS = 'a b c d e f g h i j k l m n o p'

/** Name → who does what, in a database of some sizes. */
export function casesOf({ firstAuthored }) {
  /** Of the second half of the author's messages, others in each round. */
  const shortened = (i, round) =>
    firstAuthored + AUTHORED / 2 + ((round * 100 + i) % (AUTHORED / 2))
  return {
    'CHATS, 1,000 chats with unread messages': question(USERS.busy, { type: 'CHATS' }),
    'CHATS, 1,000 chats with long messages': question(USERS.long, { type: 'CHATS' }),
    'CHATS, a cursor in every chat': question(USERS.everywhere, { type: 'CHATS' }),
    'CHATS, own and deleted messages only': question(USERS.alone, { type: 'CHATS' }),
    SUPPORT_QUEUE: question(USERS.agent, { type: 'SUPPORT_QUEUE' }),
    PRESENCE: question(6, { type: 'PRESENCE' }),
    'GET /api/presence': {
      userId: 6,
      run: async (_client, url) => {
        const response = await fetch(`${url.replace('ws:', 'http:')}/api/presence?userId=6`)
        return (await response.arrayBuffer()).byteLength
      },
    },
    'HISTORY, 1,000 messages': question(6, { type: 'HISTORY', chat_id: CHATS.busy, limit: 1_000 }),
    'HISTORY, long messages': question(6, {
      ...{ type: 'HISTORY', support_chat_id: 1, limit: 1_000 },
    }),
    'SEARCH, a word of many messages': question(6, { type: 'SEARCH', text: 'alpha', limit: 100 }),
    'SEARCH, words that never meet': question(6, { type: 'SEARCH', text: 'alpha nowhere' }),
    'SEARCH, in a chat without it': question(6, {
      ...{ type: 'SEARCH', text: 'message', chat_id: CHATS.single + 1 },
    }),
    'SEARCH, 16 words of one letter': question(6, { type: 'SEARCH', text: LETTERS, limit: 100 }),
    'SEARCH, long messages': question(6, {
      ...{ type: 'SEARCH', text: 'ää', limit: 100, chat_id: CHATS.authored },
    }),
    'HISTORY, 100 messages with 1,000 reactions each': question(6, {
      ...{ type: 'HISTORY', chat_id: CHATS.reacted, limit: 1_000 },
    }),
    'a resumption of 2,500 long messages': {
      userId: 14,
      run: async (_client, url, { connect, place }) => {
        const other = await connect(url, 14, 0, place)
        await other.next('RESUMED')
        await other.close()
      },
    },
    '100 SUBSCRIBE of 2,000 chats': {
      userId: 7,
      run: async (client) => {
        for (let i = 0; i < 100; i++) client.send(subscribe)
        await client.next('SUBSCRIBED', 100)
        client.send({ type: 'SUBSCRIBE' })
        await client.next('SUBSCRIBED', 101)
      },
    },
    '100,000 READ in chats that are not there': flood(
      8,
      ids(0, 100_000).map((i) => ({ type: 'READ', chat_id: 5_000_000_000 + i, id: 1 })),
    ),
    '100,000 READ in chats that are': flood(
      9,
      ids(0, 100_000).map((i) => ({ type: 'READ', chat_id: CHATS.single + i, id: 9e12 })),
    ),
    '50,000 TYPING in as many chats': flood(
      8,
      ids(0, 50_000).map((i) => ({ type: 'TYPING', chat_id: i + 1, typing: true })),
    ),
    '10,000 NEW_MESSAGE': {
      userId: 10,
      run: async (client) => {
        for (let i = 0; i < 10_000; i++)
          client.send({
            ...{ type: 'NEW_MESSAGE', chat_id: CHATS.busy, sender_id: 10, content: `${i}` },
            client_id: `${client.round}-${i}`,
          })
        await client.next('ACK', 10_000)
      },
    },
    '100 long NEW_MESSAGE': {
      userId: 10,
      run: async (client) => {
        const content = 'ö'.repeat(32_000)
        for (let i = 0; i < 100; i++)
          client.send({
            ...{ type: 'NEW_MESSAGE', chat_id: CHATS.long + LONG_CHATS, sender_id: 10, content },
            client_id: `${client.round}-long-${i}`,
          })
        await client.next('ACK', 100)
      },
    },
    '500 names of long messages again': acknowledged(500, (i) => ({
      ...{ type: 'NEW_MESSAGE', chat_id: CHATS.authored, sender_id: USERS.author, content: 'x' },
      client_id: `long-${i}`,
    })),
    '500 REACT to long messages': acknowledged(500, (i, round) => ({
      ...{ type: 'REACT', message_id: firstAuthored + i, emoji: `${round}` },
    })),
    '100 long EDIT': acknowledged(100, (i, round) => ({
      ...{ type: 'EDIT', message_id: firstAuthored + i, content: `${round}${'ö'.repeat(32_000)}` },
    })),
    '100 short EDIT of long messages': acknowledged(100, (i, round) => ({
      ...{ type: 'EDIT', message_id: shortened(i, round), content: 'short' },
    })),
    '100 DELETE of long messages': acknowledged(100, (i, round) => ({
      ...{ type: 'DELETE', message_id: shortened(i, round) },
    })),
    '100 frames of 6,500 unknown fields': flood(
      8,
      ids(0, 100).map(() => ({ type: 'TYPING', ...unknownKeys })),
    ),
    '100 unknown frames with a long client_id': flood(
      8,
      ids(0, 100).map(() => ({ type: 'NOTHING', client_id: 'x'.repeat(60_000) })),
    ),
    '10,000 texts of one byte': rawFlood(clientFrame(TEXT, 'x')),
    '10,000 empty texts': rawFlood(clientFrame(TEXT, '')),
    '10,000 empty binary frames': rawFlood(clientFrame(BINARY, '')),
    '10,000 pongs': rawFlood(clientFrame(PONG, '')),
    '10,000 empty fragments': rawFlood(...fragments),
    'a connection, with who is online': {
      userId: 11,
      run: async (_client, url, { connect }) => {
        const other = await connect(url, 12, 0)
        await other.close()
      },
    },
  }
}
