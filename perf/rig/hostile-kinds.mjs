// Those who harm a server: each kind is a function of one attempt, from its connection to its end.
import { setTimeout as sleep } from 'node:timers/promises'
import { clientFrame, RawSocket } from './raw-socket.mjs'

const TEXT = 1
const CONTINUATION = 0

/** A chat in which those who behave are not. */
const CHAT = 2

/** Bytes that are written at once, at least. */
const BLOCK_BYTES = 64 * 1024

const times = (count, of) => Array.from({ length: count }, (_, i) => of(i))
const jsonFrame = (frame) => clientFrame(TEXT, JSON.stringify(frame))
const inFragments = (count) =>
  times(count, (i) => clientFrame(i === 0 ? TEXT : CONTINUATION, '', i === count - 1))

/** Some frames as often as they make a block. */
function block(frames) {
  const once = Buffer.concat(frames)
  return Buffer.concat(Array(Math.ceil(BLOCK_BYTES / once.length)).fill(once))
}

/** Writes the same over and over until the server ends it. */
const flood = (frames) => {
  const bytes = block(frames)
  return async ({ port, userId }) => {
    const socket = RawSocket.upgrade(port, `userId=${userId}`)
    await socket.flood(bytes)
    return socket.ended
  }
}

/** Waits for its end, and leaves where that takes too long. */
async function endOf(socket, seconds) {
  const timer = setTimeout(() => socket.leave(), seconds * 1_000)
  try {
    return await socket.ended
  } finally {
    clearTimeout(timer)
  }
}

/** What an answer has in it, or the greeting. */
const ASKED = ['"type":"HISTORY"', '"type":"CHATS"', '"CONNECTION_ESTABLISHED"']

/** Asks for the next with each answer, for some seconds. */
async function ask({ port, userId }, frames, seconds) {
  const socket = RawSocket.upgrade(port, `userId=${userId}`)
  let asked = 0
  socket.onText = (text) => {
    if (!ASKED.some((type) => text.includes(type))) return
    void socket.write(frames[asked % frames.length])
    asked += 1
  }
  return endOf(socket, seconds)
}

async function stallAndResume({ port, userId, epoch, random }) {
  const since = Math.floor(random() * 100)
  const socket = RawSocket.upgrade(port, `userId=${userId}&since=${since}&epoch=${epoch}`)
  socket.stall()
  return endOf(socket, 10 + random() * 50)
}

async function dripHeaders({ port, random }) {
  const socket = new RawSocket(port)
  await socket.write('GET /?userId=1 HTTP/1.1\r\nX: ')
  const timer = setInterval(() => void socket.write('x'), 200 + random() * 300)
  try {
    return await socket.ended
  } finally {
    clearInterval(timer)
  }
}

/** Reads all and answers no ping. */
async function stayHalfOpen({ port, userId }) {
  return endOf(RawSocket.upgrade(port, `userId=${userId}`), 150)
}

async function comeAndGo({ port, userId, random }) {
  const socket = RawSocket.upgrade(port, `userId=${userId}`)
  await sleep(random() * 100)
  socket.leave()
  return socket.ended
}

/**
 * Name → how many there are at a time, how long each rests between two attempts, what it does, and
 * whether the server ends it, every time and within some seconds.
 */
export const KINDS = {
  'stalled readers': { clients: 6, restS: 1, run: stallAndResume },
  'one-byte texts': { clients: 2, restS: 2, run: flood([clientFrame(TEXT, 'x')]), isEnded: true },
  'empty fragments': { clients: 1, restS: 2, run: flood(inFragments(200)), isEnded: true },
  'too many fragments': { clients: 1, restS: 1, run: flood(inFragments(300)), isEnded: true },
  'texts that are no JSON': {
    ...{ clients: 1, restS: 2, isEnded: true },
    run: flood([clientFrame(TEXT, 'x'.repeat(60_000))]),
  },
  'abusers of the rate': {
    ...{ clients: 1, restS: 2, isEnded: true },
    run: flood(times(100, (i) => jsonFrame({ type: 'TYPING', chat_id: CHAT + i, typing: true }))),
  },
  'senders without end': {
    ...{ clients: 1, restS: 15, isEnded: true },
    run: async (attempt) => {
      const { userId: sender_id, random } = attempt
      const message = { type: 'NEW_MESSAGE', chat_id: CHAT, sender_id, content: 'flood' }
      return flood([jsonFrame({ ...message, client_id: String(random()) })])(attempt)
    },
  },
  searchers: {
    ...{ clients: 1, restS: 2, isEnded: true },
    run: flood([jsonFrame({ type: 'SEARCH', text: 'good '.repeat(51), limit: 100 })]),
  },
  askers: {
    ...{ clients: 2, restS: 1 },
    run: (attempt) =>
      ask(
        attempt,
        [{ type: 'HISTORY', chat_id: 1, limit: 1_000 }, { type: 'CHATS' }].map(jsonFrame),
        5,
      ),
  },
  'slow headers': { clients: 5, restS: 1, run: dripHeaders, isEnded: true },
  'half-open sockets': { clients: 5, restS: 1, run: stayHalfOpen },
  'a storm of connections': { clients: 10, restS: 0.05, run: comeAndGo },
}
