// A server in a process of its own that says how long its longest turn of the event loop was. It
// fills its database first: `node turn-server.mjs <database URL> <messages> <users online>`.
import { openSync, readSync } from 'node:fs'
import { ChatServer } from '../../dist/server/chat-server.js'
import { PresenceRegistry } from '../../dist/server/presence/registry.js'
import { ServerLog } from '../../dist/server/telemetry/server-log.js'
import { parseDatabaseUrl } from '../../dist/storage/database-url.js'
import { openStore } from '../../dist/storage/open-store.js'
import { CHATS, fill, sizesOf, USERS } from './turn-data.mjs'

const [, , databaseUrl, messages, online] = process.argv

const store = await openStore(parseDatabaseUrl(databaseUrl))
await fill(store, sizesOf(Number(messages)), (line) => process.send({ log: line }))
// The index of SQLite follows the log when that rests; here, it is complete before anything is asked.
await store.search({ text: 'nothing', chat: undefined, before: undefined, limit: 1 })

const join = PresenceRegistry.prototype.join
PresenceRegistry.prototype.join = function (userId) {
  // As many sockets as users would be a measurement of the machine; the lists are as long without.
  PresenceRegistry.prototype.join = join
  for (let i = 0; i < Number(online); i++) join.call(this, 1_000_000 + i)
  return join.call(this, userId)
}
const server = await ChatServer.create({
  store,
  serverLog: new ServerLog({ isEnabled: () => false, write: () => {} }),
  agents: [USERS.agent],
  heartbeatMs: 30_000,
  statsIntervalMs: 30_000,
})
const url = await server.listen('127.0.0.1', 0)
const place = `since=${await offsetOfLong()}&epoch=${store.epoch}`

/** How late the system counts the CPU time of a thread that runs. */
const TICK_MS = 4

const schedstat = openSchedstat()
const bytes = Buffer.alloc(128)
/** Where a client has to resume to be sent every long message. */
async function offsetOfLong() {
  const [first] = await store.readHistory({
    ...{ kind: 'chat', chatId: CHATS.long, before: undefined, limit: 1 },
  })
  return first.offset - 1
}

let worstMs = 0
let turns = 0
let lastMs = performance.now()
let lastCpuMs = cpuMs()
const watch = () => {
  const nowMs = performance.now()
  const nowCpuMs = cpuMs()
  // What other processes take of the core, and waiting for the disk, are in the one only.
  worstMs = Math.max(worstMs, Math.min(nowMs - lastMs, nowCpuMs - lastCpuMs + TICK_MS))
  lastMs = nowMs
  lastCpuMs = nowCpuMs
  turns += 1
  setImmediate(watch)
}
watch()

/** CPU time of this thread, where the system tells it; otherwise that of the process. */
function cpuMs() {
  if (schedstat !== undefined) {
    const length = readSync(schedstat, bytes, 0, bytes.length, 0)
    return Number.parseInt(bytes.toString('latin1', 0, length), 10) / 1e6
  }
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

function openSchedstat() {
  try {
    return openSync(`/proc/self/task/${process.pid}/schedstat`, 'r')
  } catch {
    return undefined
  }
}

process.on('message', async (order) => {
  if (order === 'begin') {
    worstMs = 0
    turns = 0
    process.send({ begun: true })
  } else if (order === 'end') process.send({ worstMs, turns })
  else {
    await server.close()
    await store.close()
    process.exit()
  }
})
process.send({ url, place })
