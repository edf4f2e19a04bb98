// `node perf/turns.mjs`: the longest turn of the event loop that each frame costs, on each database.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { median } from './rig/median.mjs'
import { createTempFolder } from './rig/temp-folder.mjs'
import { casesOf } from './rig/turn-cases.mjs'
import { TurnClient } from './rig/turn-client.mjs'
import { sizesOf } from './rig/turn-data.mjs'

/** The longest turn that anything which is asked may cost. */
const LIMIT_MS = 20

const SERVER = fileURLToPath(new URL('rig/turn-server.mjs', import.meta.url))

const { values } = parseArgs({
  options: {
    stores: { type: 'string', default: 'sqlite,memory' },
    messages: { type: 'string', default: '1000000' },
    users: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    'postgresql-url': { type: 'string' },
  },
})

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))
const cases = Object.entries(casesOf(sizesOf(Number(values.messages)))).filter(([name]) =>
  name.includes(values.only),
)
let isWithin = true
for (const store of values.stores.split(',')) {
  const rows = await measure(databaseUrlOf(store))
  isWithin = rows.every(({ worstMs }) => worstMs <= LIMIT_MS) && isWithin
  report(store, rows)
}
process.exitCode = isWithin ? 0 : 1

function databaseUrlOf(store) {
  if (store === 'memory') return 'memory:'
  if (store === 'sqlite') return join(createTempFolder(), 'turns.db')
  if (store === 'postgresql' && values['postgresql-url']) return values['postgresql-url']
  throw new Error(`${store}: needs an empty database, --postgresql-url postgresql://…`)
}

async function measure(databaseUrl) {
  const server = fork(SERVER, [databaseUrl, values.messages, values.users])
  const orphan = () => server.kill('SIGKILL')
  process.on('exit', orphan)
  try {
    const place = await untilListening(server)
    const rows = []
    for (const [name, { userId, run }] of cases) {
      const rounds = []
      for (let round = 0; round < Number(values.rounds); round++)
        rounds.push(await measureOnce(server, async () => askOnce(place, userId, run, round)))
      rows.push(summary(name, rounds))
      console.error(`  ${name}: ${rows.at(-1).worstMs.toFixed(1)} ms`)
    }
    server.send('stop')
    await once(server, 'exit')
    return rows
  } finally {
    process.off('exit', orphan)
    server.kill('SIGKILL')
  }
}

async function untilListening(server) {
  for (;;) {
    const [message] = await Promise.race([once(server, 'message'), failed(server)])
    if (message.url) return message
    console.error(message.log)
  }
}

async function failed(server) {
  const [code] = await once(server, 'exit')
  throw new Error(`the server ended with ${code}`)
}

/** Connects before the turns are measured, unless that is what is asked for. */
async function askOnce({ url, place }, userId, run, round) {
  const client = await TurnClient.connect(url, userId, round)
  return { client, ask: () => run(client, url, { connect: TurnClient.connect, place }) }
}

async function measureOnce(server, prepare) {
  const { client, ask } = await prepare()
  await order(server, 'begin')
  const startMs = performance.now()
  const bytes = await Promise.race([ask(), client.closed])
  const tookMs = performance.now() - startMs
  const { worstMs, turns } = await order(server, 'end')
  const { closedWith } = client
  await client.close()
  return { worstMs, turns, tookMs, closedWith, bytes: bytes ?? client.largest }
}

async function order(server, what) {
  server.send(what)
  const [answer] = await once(server, 'message')
  return answer
}

function summary(name, rounds) {
  const of = (figure) => median(rounds.map((round) => round[figure]))
  return {
    name,
    worstMs: of('worstMs'),
    mostMs: Math.max(...rounds.map(({ worstMs }) => worstMs)),
    turns: of('turns'),
    tookMs: of('tookMs'),
    bytes: of('bytes'),
    closedWith: rounds.find(({ closedWith }) => closedWith)?.closedWith,
  }
}

function report(store, rows) {
  console.log(`\n${store}, ${values.messages} messages, ${values.users} users online\n`)
  console.log(
    '| what is asked | worst turn, ms (of all rounds) | whole, ms | turns | largest frame, KB | |',
  )
  console.log('|---|---|---|---|---|---|')
  for (const { name, worstMs, mostMs, tookMs, turns, bytes, closedWith } of rows) {
    const marks = [
      worstMs > LIMIT_MS ? `above ${LIMIT_MS} ms` : '',
      closedWith ? `closed ${closedWith}` : '',
    ]
    console.log(
      `| ${name} | ${worstMs.toFixed(1)} (${mostMs.toFixed(1)}) | ${tookMs.toFixed(0)} | ${turns} ` +
        `| ${(bytes / 1024).toFixed(0)} | ${marks.filter(Boolean).join(', ')} |`,
    )
  }
}
