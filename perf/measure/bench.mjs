import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CORES, pinned } from '../rig/pin.mjs'
import { keepTrackOf } from '../rig/process-table.mjs'
import { alternate } from '../rig/rounds.mjs'
import { createRow } from '../rig/row.mjs'
import { startServer } from '../rig/server-process.mjs'
import { withSession } from '../rig/session.mjs'
import { createTempFolder, removeTempFolder } from '../rig/temp-folder.mjs'

/** Half of what the server sustains with 500 receivers, or what one core of this machine can offer. */
const LATENCY = { receivers: 500, perS: 2_500 }

const PROGRAM = fileURLToPath(new URL('../../bin/chatws.js', import.meta.url))
const SMOKE = fileURLToPath(new URL('../../scenarios/smoke.json', import.meta.url))

/** What `chatws bench` tells of latencies, beside a generator in C, and how long it takes. */
export async function measureBench(context) {
  return {
    title: 'The load tester: added latency, and its own time',
    rows: [...(await measureAddedLatency(context)), await measureSmoke(context)],
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
