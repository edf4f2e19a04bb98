// A server in a process of its own that says how long its longest turn of the event loop was. It
// fills its database first: `node turn-server.mjs <database URL> <messages> <users online>`.
import { ChatServer } from '../../dist/server/chat-server.js'
import { PresenceRegistry } from '../../dist/server/presence/registry.js'
import { ServerLog } from '../../dist/server/telemetry/server-log.js'
import { parseDatabaseUrl } from '../../dist/storage/database-url.js'
import { openStore } from '../../dist/storage/open-store.js'
import { fill, sizesOf, USERS } from './turn-data.mjs'

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

let worstMs = 0
let turns = 0
let lastMs = performance.now()
let lastCpuMs = cpuMs()
const watch = () => {
  const nowMs = performance.now()
  const nowCpuMs = cpuMs()
  // What other processes take of the core is in the one, what other threads of this do in the other.
  worstMs = Math.max(worstMs, Math.min(nowMs - lastMs, nowCpuMs - lastCpuMs))
  lastMs = nowMs
  lastCpuMs = nowCpuMs
  turns += 1
  setImmediate(watch)
}
watch()

function cpuMs() {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
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
process.send({ url })
