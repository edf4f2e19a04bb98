import { CONTENDERS } from '../rig/contenders.mjs'
import { alternate } from '../rig/rounds.mjs'
import { createMissingRow, createRow } from '../rig/row.mjs'
import { withSession } from '../rig/session.mjs'
import { confirmRate, findSustainedRate, offer } from './sustained-rate.mjs'

const SIZES = [500, 2000]
/** Until the compilers in the servers have done most of their work, which shares the core. */
const WARMUP_S = 5

/** Peer → what chatws' sustained deliveries are to be of its own. */
const SUSTAINED_LIMITS = {
  socketIo: { atLeast: 60 },
  naive: { atLeast: 30 },
  bun: { atLeast: 1.5 },
  nats: undefined,
}

/** Deliveries a second sustained, CPU for each delivery, and latency, beside the peers. */
export async function measureFanout(context) {
  const rows = []
  for (const receivers of SIZES) {
    rows.push(...(await measureSustained(receivers, context)))
    rows.push(await measureCpu(receivers, context))
    rows.push(...(await measureLatency(receivers, context)))
  }
  return { title: 'Fan-out: each message to every receiver, about 180 bytes', rows }
}

async function measureSustained(receivers, context) {
  const peers = Object.keys(SUSTAINED_LIMITS)
  const present = ['chatws', ...peers].filter((name) => !CONTENDERS[name].problem?.())
  const nextRates = {}
  for (const name of present) {
    context.log(`searching: ${name}, ${receivers} receivers`)
    nextRates[name] = await findSustainedRate(name, receivers, context)
  }
  const results = await alternate(present, context, async (name) => {
    if (nextRates[name] === 0) throw new Error('no rate was sustained')
    const run = await confirmRate(name, receivers, nextRates[name], context)
    nextRates[name] = run.nextRate
    return run
  })
  return peers.map((name) => {
    const row = {
      what: `deliveries/s sustained, p99 < 100 ms, ${receivers} receivers`,
      unit: '/s',
      peerLabel: CONTENDERS[name].label,
      limit: SUSTAINED_LIMITS[name],
    }
    const problem = CONTENDERS[name].problem?.()
    if (problem) return createMissingRow({ ...row, note: problem })
    const generatorShare = Math.max(
      ...results.chatws.map((run) => (run.generatorCpuS ?? 0) / (run.elapsedS ?? 1)),
    )
    const note = generatorShare > 0.95 ? 'the generator was full, chatws was not' : undefined
    return createRow({
      ...row,
      own: results.chatws,
      peer: results[name],
      pick: (run) => run.offeredPerS * receivers,
      note,
    })
  })
}

async function measureCpu(receivers, context) {
  const row = {
    what: `server CPU for a delivery at 500,000/s, ${receivers} receivers`,
    unit: 'µs',
    peerLabel: 'Bun',
    limit: { atMost: 0.6 },
  }
  const problem = CONTENDERS.bun.problem?.()
  if (problem) return createMissingRow({ ...row, note: problem })
  const results = await runAtRate(receivers, 500_000, context)
  return createRow({
    ...row,
    own: results.chatws,
    peer: results.bun,
    pick: (run) => (run.serverCpuS * 1e6) / run.deliveredInTime,
    note: unsustained(results),
  })
}

async function measureLatency(receivers, context) {
  const rows = ['p50', 'p99'].map((name) => ({
    what: `${name} at 50,000 deliveries/s, ${receivers} receivers`,
    unit: 'ms',
    peerLabel: 'Bun',
    limit: { atMost: 1.3 },
    pick: (run) => run[`${name}Ms`],
  }))
  const problem = CONTENDERS.bun.problem?.()
  if (problem) return rows.map((row) => createMissingRow({ ...row, note: problem }))
  const results = await runAtRate(receivers, 50_000, context)
  const note = unsustained(results)
  return rows.map((row) => createRow({ ...row, own: results.chatws, peer: results.bun, note }))
}

function runAtRate(receivers, deliveriesPerS, context) {
  context.log(`${deliveriesPerS} deliveries/s to ${receivers} receivers`)
  return alternate(['chatws', 'bun'], context, (name) =>
    withSession(name, context.program, async ({ generator }) => {
      await generator.connect(receivers)
      const rate = deliveriesPerS / receivers
      const run = await offer(generator, rate, context.isShort ? 3 : 8, { warmupS: WARMUP_S })
      context.log(`  ${name}: p50 ${run.p50Ms} ms, p99 ${run.p99Ms} ms, CPU ${run.serverCpuS} s`)
      return run
    }),
  )
}

/** Which contender did not even keep up with the rate at which the others are compared. */
function unsustained(results) {
  const names = Object.keys(results).filter((name) =>
    results[name].some((run) => run.error === undefined && !run.isSustained),
  )
  return names.length > 0 ? `not sustained by ${names.join(' and ')}` : undefined
}
