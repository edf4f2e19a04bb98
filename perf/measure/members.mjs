import { connectAsker } from '../rig/asker.mjs'
import { CONTENDERS } from '../rig/contenders.mjs'
import { alternate } from '../rig/rounds.mjs'
import { createMissingRow, createRow } from '../rig/row.mjs'
import { withSession } from '../rig/session.mjs'
import { offer } from './sustained-rate.mjs'

/** Who is in which chat, as generator.c deals it. */
const CHATS = { count: 2_500, members: 10, users: 10_000 }
const SEAT_STRIDE = 7919
const FIRST_USER = 10_001

const RATE_PER_S = 2_000
/** Until the compilers in the servers have done most of their work, which shares the core. */
const WARMUP_S = 6

const PEERS = {
  bunTopics: { label: 'Bun, a topic for each chat', limit: { atMost: 1.5 } },
  socketIoRooms: { label: 'Socket.IO, a room for each chat', limit: { atMost: 0.2 } },
}

/** Takes part in no chat that is measured, and is not connected then. */
const FOUNDER = 1
const CHATS_OF_ONE = 1_000
const MEMBERS_OF_ONE = 100_000
const REPEATS = 50

/** Chats with members: a delivery, a user of many chats, a chat of many users. */
export async function measureMembers(context) {
  return {
    title: 'Chats with members (`--access members`)',
    rows: [
      ...(await measureDeliveries(context)),
      ...(await measureConnects(context)),
      ...(await measureLargeChat(context)),
    ],
  }
}

async function measureDeliveries(context) {
  const names = ['members', ...Object.keys(PEERS)]
  const present = names.filter((name) => !CONTENDERS[name].problem?.())
  const results = await alternate(present, context, (name) => deliver(name, context))
  const { count, members, users } = CHATS
  return Object.entries(PEERS).map(([name, { label, limit }]) => {
    const row = {
      what: `server CPU for a delivery, ${users} connections, ${count} chats of ${members}, ${RATE_PER_S} messages/s`,
      unit: 'µs',
      peerLabel: label,
      limit,
    }
    const problem = CONTENDERS[name].problem?.()
    if (problem) return createMissingRow({ ...row, note: problem })
    const unsustained = [...results.members, ...results[name]].some(
      (run) => run.error === undefined && run.delivered < run.expected,
    )
    return createRow({
      ...row,
      own: results.members,
      peer: results[name],
      pick: (run) => (run.serverCpuS * 1e6) / run.deliveredInTime,
      note: unsustained ? 'not all was delivered' : undefined,
    })
  })
}

function deliver(name, { program, isShort, log }) {
  const work = async ({ server, generator }) => {
    if (name === 'members') await makeChats(server.port)
    await generator.connect(CHATS.users, { timeoutS: 120 })
    const options = { warmupS: isShort ? 2 : WARMUP_S }
    const run = await offer(generator, RATE_PER_S, isShort ? 3 : 10, options)
    const cpuUs = (run.serverCpuS * 1e6) / run.deliveredInTime
    log(
      `  ${name}: ${cpuUs.toFixed(1)} µs a delivery, ${run.delivered} of ${run.expected} delivered, ` +
        `p50 ${run.p50Ms} ms, p99 ${run.p99Ms} ms, ${run.errors} errors ${run.firstError}`,
    )
    return run
  }
  return withSession(name, program, work, { chats: CHATS })
}

/** Makes the chats in the order of their ids, which begin at 1. */
async function makeChats(port) {
  const { count, members, users } = CHATS
  const founder = await connectAsker(port, FOUNDER)
  const userInSeat = (seat) => FIRST_USER + ((seat * SEAT_STRIDE) % users)
  await founder.askAll(
    Array.from({ length: count }, (_, chat) => ({
      type: 'CREATE_CHAT',
      members: Array.from({ length: members }, (__, seat) => userInSeat(chat * members + seat)),
    })),
  )
  await founder.close()
}

/** What a server uses for one of some things that are done one after the other, in milliseconds. */
async function cpuMsOf(generator, count, act) {
  const before = await generator.sample()
  for (let turn = 0; turn < count; turn++) await act(turn)
  const after = await generator.sample()
  return ((after.totalCpuS - before.totalCpuS) * 1e3) / count
}

async function measureConnects(context) {
  const { members } = await alternate(['members'], context, () => connectOften(context))
  const what = `server CPU to connect a user with ${CHATS_OF_ONE} chats`
  const row = { unit: 'ms', own: members }
  return [
    createRow({ ...row, what, pick: (run) => run.many, limit: { atMost: 20 } }),
    createRow({
      ...row,
      what: 'server CPU to connect a user with one chat',
      pick: (run) => run.one,
    }),
  ]
}

function connectOften({ program, isShort, log }) {
  return withSession('members', program, async ({ server, generator }) => {
    const founder = await connectAsker(server.port, FOUNDER)
    const chats = Array.from({ length: CHATS_OF_ONE }, (_, chat) => ({
      type: 'CREATE_CHAT',
      members: chat === 0 ? [2, 3] : [2],
    }))
    await founder.askAll(chats)
    await founder.close()
    const connect = async (userId) => (await connectAsker(server.port, userId)).close()
    const repeats = isShort ? 10 : REPEATS
    await cpuMsOf(generator, repeats, () => connect(3))
    const one = await cpuMsOf(generator, repeats, () => connect(3))
    await cpuMsOf(generator, repeats, () => connect(2))
    const many = await cpuMsOf(generator, repeats, () => connect(2))
    log(
      `  connect: ${many.toFixed(2)} ms with ${CHATS_OF_ONE} chats, ${one.toFixed(2)} ms with one`,
    )
    return { one, many, foreignShare: (await generator.sample()).foreignShare }
  })
}

async function measureLargeChat(context) {
  const { members } = await alternate(['members'], context, () => useLargeChat(context))
  const acts = { add: 'add a member', page: 'list a page of members', send: 'send a message' }
  return Object.entries(acts).map(([act, words]) =>
    createRow({
      what: `server CPU to ${words}, ${MEMBERS_OF_ONE} in the chat, none of them connected`,
      unit: 'ms',
      own: members,
      peer: members,
      peerLabel: 'a chat of 10',
      pick: (run) => run.large[act],
      peerPick: (run) => run.small[act],
      limit: { atMost: 1.5 },
    }),
  )
}

function useLargeChat({ program, isShort, log }) {
  return withSession('members', program, async ({ server, generator }) => {
    const founder = await connectAsker(server.port, FOUNDER)
    const repeats = isShort ? 10 : REPEATS
    const parts = isShort ? 100 : MEMBERS_OF_ONE / 100
    const [{ id: large }, { id: small }] = await founder.askAll([
      { type: 'CREATE_CHAT' },
      { type: 'CREATE_CHAT', members: Array.from({ length: 9 }, (_, user) => 2 + user) },
    ])
    const fill = Array.from({ length: parts }, (_, part) => ({
      type: 'ADD_MEMBERS',
      chat_id: large,
      users: Array.from({ length: 100 }, (__, user) => 1_000 + part * 100 + user),
    }))
    await founder.askAll(fill)
    let user = 1_000_000
    const acts = (chat_id) => ({
      add: () => founder.ask({ type: 'ADD_MEMBERS', chat_id, users: [user++] }),
      page: (turn) => founder.ask({ type: 'MEMBERS', chat_id, limit: 10, after: turn + 2 }),
      send: () =>
        founder.ask({ type: 'NEW_MESSAGE', chat_id, sender_id: FOUNDER, content: 'hello' }),
    })
    const measure = async (chat) => {
      const found = {}
      for (const [name, act] of Object.entries(acts(chat))) {
        await cpuMsOf(generator, repeats, act)
        found[name] = await cpuMsOf(generator, repeats, act)
      }
      return found
    }
    await measure(small)
    const found = { large: await measure(large), small: await measure(small) }
    await founder.close()
    log(`  large chat: ${JSON.stringify(found)}`)
    return { ...found, foreignShare: (await generator.sample()).foreignShare }
  })
}
