import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { CORES, pinned } from '../rig/pin.mjs'
import { keepTrackOf } from '../rig/process-table.mjs'
import { cpuSecondsOf, rssBytesOf, serverStats, startReceivers } from '../rig/receivers.mjs'
import { alternate } from '../rig/rounds.mjs'
import { createRow } from '../rig/row.mjs'
import { startServer } from '../rig/server-process.mjs'
import { withSession } from '../rig/session.mjs'
import { createTempFolder, removeTempFolder } from '../rig/temp-folder.mjs'

/** Receivers and messages a second: what one core of `ws` clients that parse still keeps up with. */
const RECEIVE = { receivers: 50, perS: 5_000, senders: 2 }
const IDLE = { first: 1_000, all: 8_000 }
/** Half of what the server sustains with 500 receivers, or what one core of this machine can offer. */
const LATENCY = { receivers: 500, perS: 2_500 }
const GIB = 2 ** 30

const PROGRAM = fileURLToPath(new URL('../../bin/chatws.js', import.meta.url))
const SMOKE = fileURLToPath(new URL('../../scenarios/smoke.json', import.meta.url))

/** What `chatws bench` costs and adds, beside clients that parse every frame and beside C. */
export async function measureGenerator(context) {
  return {
    title: 'The load tester: deliveries received and audited, connections, added latency',
    rows: [
      await measureReceiving(context),
      await measureConnections(context),
      ...(await measureAddedLatency(context)),
      await measureSmoke(context),
    ],
  }
}

async function measureReceiving(context) {
  const results = await alternate(['chatws', 'ws'], context, async (name) => {
    const run = await receive(name, context)
    context.log(`  ${name}: ${Math.round(run.perCpuS)} deliveries for a CPU-second`)
    return run
  })
  const { receivers, perS } = RECEIVE
  return createRow({
    what: `deliveries received for a generator CPU-second, ${receivers} receivers, ${perS} messages/s`,
    unit: '/s',
    own: results.chatws,
    peer: results.ws,
    peerLabel: '`ws` and JSON.parse, no audit',
    pick: (run) => run.perCpuS,
    limit: { atLeast: 10 },
  })
}

/** The C generator sends; the receivers are in a process of their own, whose CPU counts. */
function receive(name, { program, isShort }) {
  return withSession('chatws', program, async ({ server, generator }) => {
    await generator.connect(RECEIVE.senders)
    const receivers = await startReceivers(name, server, RECEIVE.receivers)
    try {
      const seconds = isShort ? 3 : 8
      const load = { seconds, senders: RECEIVE.senders }
      // The first messages meet code that is not compiled yet.
      await generator.fanout(RECEIVE.perS, { ...load, seconds: 3 })
      const before = { cpuS: cpuSecondsOf(receivers.pid), ...(await serverStats(server)) }
      const { foreignShare: _, ...run } = await generator.fanout(RECEIVE.perS, load)
      await sleep(500)
      const after = { cpuS: cpuSecondsOf(receivers.pid), ...(await serverStats(server)) }
      if (after.connections < RECEIVE.receivers + RECEIVE.senders)
        throw new Error(`${name}: the server closed receivers that were too slow`)
      const deliveries = (after.messagesStored - before.messagesStored) * RECEIVE.receivers
      const wrong = await receivers.finish()
      if (wrong > 0) throw new Error(`${name}: ${wrong} deliveries were wrong`)
      return { ...run, perCpuS: deliveries / (after.cpuS - before.cpuS), foreignShare: 0 }
    } finally {
      await receivers.stop()
    }
  })
}

async function measureConnections(context) {
  const results = await alternate(['chatws', 'ws'], context, async (name) => {
    const bytes = (await idleBytes(name, IDLE.all)) - (await idleBytes(name, IDLE.first))
    const perGib = GIB / (bytes / (IDLE.all - IDLE.first))
    context.log(`  ${name}: ${Math.round(perGib)} connections for a GiB`)
    return { perGib, foreignShare: 0 }
  })
  return createRow({
    what: `connections for a GiB of generator memory, ${IDLE.all} of them`,
    unit: '',
    own: results.chatws,
    peer: results.ws,
    peerLabel: '`ws`',
    pick: (run) => run.perGib,
  })
}

async function idleBytes(name, count) {
  const server = await startServer('chatws')
  try {
    const receivers = await startReceivers(name, server, count)
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
