import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { median } from '../rig/median.mjs'
import { CORES, pinned } from '../rig/pin.mjs'
import { keepTrackOf } from '../rig/process-table.mjs'
import { cpuSecondsOf, rssBytesOf, serverStats, startReceivers } from '../rig/receivers.mjs'
import { alternate, figures } from '../rig/rounds.mjs'
import { createRow } from '../rig/row.mjs'
import { startServer } from '../rig/server-process.mjs'
import { withSession } from '../rig/session.mjs'
import { createTempFolder, removeTempFolder } from '../rig/temp-folder.mjs'

const RECEIVERS = 250
/**
 * How many messages the server gets at a time, and so writes to each receiver at a time; and how
 * many a second, which one core of `ws` clients that parse still keeps up with.
 */
const LOADS = [
  { burst: 1, perS: 100 },
  { burst: 10, perS: 500 },
  { burst: 50, perS: 1_000 },
]
/** Peer → how it receives, and how much cheaper it should be to receive with chatws. */
const RECEIVING_PEERS = {
  ws: { label: '`ws` and JSON.parse, no audit', limit: { atLeast: 10 } },
  artillery: { label: 'Artillery, which reads and drops', limit: { atLeast: 20 } },
}
const SENDERS = 2
const IDLE = { first: 1_000, all: 8_000 }
/** Artillery starts some 100 users a second. */
const ARTILLERY_IDLE = { first: 1_000, all: 4_000 }
/** Half of what the server sustains with 500 receivers, or what one core of this machine can offer. */
const LATENCY = { receivers: 500, perS: 2_500 }
const GIB = 2 ** 30

const PROGRAM = fileURLToPath(new URL('../../bin/chatws.js', import.meta.url))
const SMOKE = fileURLToPath(new URL('../../scenarios/smoke.json', import.meta.url))

/** What `chatws bench` costs and adds, beside clients that parse every frame and beside C. */
export async function measureGenerator(context) {
  const rows = []
  for (const load of LOADS) rows.push(...(await measureReceiving(context, load)))
  rows.push(...(await measureConnections(context)))
  rows.push(...(await measureAddedLatency(context)), await measureSmoke(context))
  return {
    title: 'The load tester: deliveries received and audited, connections, added latency',
    rows,
  }
}

async function measureReceiving(context, load) {
  const peers = Object.keys(RECEIVING_PEERS)
  const results = await alternate(['chatws', ...peers], context, async (name) => {
    const run = await receive(name, load, context)
    context.log(
      `  ${name}: ${Math.round(run.perCpuS)} deliveries for a CPU-second, ` +
        `${run.perWrite.toFixed(1)} in a write`,
    )
    return run
  })
  return peers.map((peer) => {
    const perWrite = [results.chatws, results[peer]].map((runs) =>
      median(figures(runs, (run) => run.perWrite)).toFixed(1),
    )
    return createRow({
      what: `deliveries received for a generator CPU-second, ${RECEIVERS} receivers, ${load.perS} messages/s, ${load.burst} at a time`,
      unit: '/s',
      own: results.chatws,
      peer: results[peer],
      peerLabel: RECEIVING_PEERS[peer].label,
      pick: (run) => run.perCpuS,
      limit: RECEIVING_PEERS[peer].limit,
      note: `messages in a write: ${perWrite.join(' and ')}`,
    })
  })
}

/** The C generator sends; the receivers are in a process of their own, whose CPU counts. */
function receive(name, { burst, perS }, { program, isShort, log }) {
  return withSession('chatws', program, async ({ server, generator }) => {
    await generator.connect(SENDERS)
    const receivers = await startReceivers(name, server, RECEIVERS, log)
    try {
      const load = { seconds: isShort ? 3 : 8, senders: SENDERS, burst }
      // The first messages meet code that is not compiled yet.
      await generator.fanout(perS, { ...load, seconds: 3 })
      const before = await readReceiving(receivers, server)
      const { foreignShare: _, ...run } = await generator.fanout(perS, load)
      await sleep(500)
      const after = await readReceiving(receivers, server)
      if (after.connections < RECEIVERS + SENDERS)
        throw new Error(`${name}: the server closed connections that were too slow`)
      const messages = after.messages - before.messages
      const wrong = await receivers.finish()
      if (wrong > 0) throw new Error(`${name}: ${wrong} deliveries were wrong`)
      const perCpuS = (messages * RECEIVERS) / (after.cpuS - before.cpuS)
      return { ...run, perCpuS, perWrite: messages / (after.writes - before.writes) }
    } finally {
      await receivers.stop()
    }
  })
}

async function readReceiving(receivers, server) {
  const { connections, messagesStored } = await serverStats(server)
  const metrics = await fetch(`http://127.0.0.1:${server.port}/metrics`)
  const [, writes] = /^chatws_fan_out_seconds_count (\d+)/m.exec(await metrics.text())
  return {
    cpuS: cpuSecondsOf(receivers.pid),
    connections,
    messages: messagesStored,
    writes: Number(writes),
  }
}

async function measureConnections(context) {
  const counts = { chatws: IDLE, ws: IDLE, artillery: ARTILLERY_IDLE }
  const results = await alternate(Object.keys(counts), context, async (name) => {
    const { first, all } = counts[name]
    const bytes = (await idleBytes(name, all, context)) - (await idleBytes(name, first, context))
    const perGib = GIB / (bytes / (all - first))
    context.log(`  ${name}: ${Math.round(perGib)} connections for a GiB`)
    return { perGib, foreignShare: 0 }
  })
  const row = (peer, rest) =>
    createRow({
      what: `connections for a GiB of generator memory, ${IDLE.all} of them`,
      unit: '',
      own: results.chatws,
      peer: results[peer],
      pick: (run) => run.perGib,
      ...rest,
    })
  return [
    row('ws', { peerLabel: '`ws`' }),
    row('artillery', {
      peerLabel: 'Artillery',
      limit: { atLeast: 5 },
      note: `Artillery with ${ARTILLERY_IDLE.all}`,
    }),
  ]
}

async function idleBytes(name, count, { log }) {
  const server = await startServer('chatws')
  try {
    const receivers = await startReceivers(name, server, count, log)
    await sleep(3_000)
    const bytes = rssBytesOf(receivers.pid)
    await receivers.stop()
    return bytes
  } finally {
    await server.stop()
  }
}

async function measureAddedLatency(context) {
  const measures = { chatws: benchLatency, c: cLatency }
  const results = await alternate(Object.keys(measures), context, async (name) => {
    const run = await measures[name](context)
    context.log(`  ${name}: p50 ${run.p50Ms} ms, p99 ${run.p99Ms} ms`)
    return run
  })
  const { receivers, perS } = LATENCY
  return ['p50', 'p99'].map((aggregate) =>
    createRow({
      what: `${aggregate} told, ${receivers} receivers, ${perS} messages/s`,
      unit: 'ms',
      own: results.chatws,
      peer: results.c,
      peerLabel: 'the generator in C',
      pick: (run) => run[`${aggregate}Ms`],
      ...(aggregate === 'p99' ? { limit: { atMost: 1.2 } } : {}),
    }),
  )
}

function cLatency({ program, isShort }) {
  return withSession('chatws', program, async ({ generator }) => {
    await generator.connect(LATENCY.receivers)
    return generator.fanout(LATENCY.perS, { seconds: isShort ? 4 : 10, warmupS: 5 })
  })
}

async function benchLatency({ isShort }) {
  const server = await startServer('chatws')
  const folder = createTempFolder()
  try {
    const [scenario, json] = [join(folder, 'latency.json'), join(folder, 'result.json')]
    const phases = [
      { name: 'ramp', durationSeconds: 1, users: LATENCY.receivers, load: 0 },
      { name: 'warm-up', durationSeconds: 5, record: false },
      { name: 'steady', durationSeconds: isShort ? 4 : 10 },
    ]
    const send = [{ ratePerSecond: LATENCY.perS, contentBytes: 64 }]
    const users = { count: LATENCY.receivers }
    const behaviours = [{ name: 'chatters', send }]
    writeFileSync(scenario, JSON.stringify({ name: 'latency', users, phases, behaviours }))
    const url = `ws://127.0.0.1:${server.port}`
    const args = [scenario, '--url', url, '--workers', '1', '--json', json]
    await runBench(...pinned(CORES.generator, process.execPath, [PROGRAM, 'bench', ...args]))
    const { latencies, problems, verdict } = JSON.parse(readFileSync(json, 'utf8'))
    if (problems.length > 0) throw new Error(problems.join('; '))
    const { p50, p99 } = latencies.delivery_ms
    return { p50Ms: p50, p99Ms: p99, verdict, foreignShare: 0 }
  } finally {
    await server.stop()
    removeTempFolder(folder)
  }
}

async function measureSmoke(context) {
  const { phases } = JSON.parse(readFileSync(SMOKE, 'utf8'))
  const plannedS = phases.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0)
  const results = await alternate(['chatws'], context, async () => {
    const startMs = performance.now()
    // Not pinned: it starts a server of its own.
    const exitCode = await runBench(process.execPath, [PROGRAM, 'bench', SMOKE])
    if (exitCode !== 0) throw new Error(`smoke.json ended with ${exitCode}`)
    return { overS: (performance.now() - startMs) / 1000 - plannedS, foreignShare: 0 }
  })
  return createRow({
    what: 'smoke.json: from command to exit, beyond its planned duration',
    unit: 's',
    own: results.chatws,
    pick: (run) => run.overS,
    limit: { atMost: 2 },
  })
}

function runBench(command, args) {
  const child = keepTrackOf(spawn(command, args, { stdio: 'ignore' }))
  return new Promise((resolve) => child.once('exit', resolve))
}
