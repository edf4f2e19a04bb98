import { CONTENDERS } from '../rig/contenders.mjs'
import { alternate } from '../rig/rounds.mjs'
import { createMissingRow, createRow } from '../rig/row.mjs'
import { withSession } from '../rig/session.mjs'
import { confirmRate, findSustainedRate, offer } from './sustained-rate.mjs'

/** Receivers → the peers whose sustained rate is compared: one without a target with the first only. */
const SIZES = new Map([
  [500, ['socketIo', 'naive', 'bun', 'nats']],
  [2000, ['socketIo', 'naive', 'bun']],
])
/** Until the compilers in the servers have done most of their work, which shares the core. */
const WARMUP_S = 4

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
  for (const [receivers, peers] of SIZES) {
    rows.push(...(await measureSustained(receivers, peers, context)))
    rows.push(...(await measureAtRates(receivers, context)))
  }
  return { title: 'Fan-out: each message to every receiver, about 180 bytes', rows }
}

async function measureSustained(receivers, peers, context) {
  const present = ['chatws', ...peers].filter((name) => !CONTENDERS[name].problem?.())
  const nextRates = {}
  for (const name of present) {
    context.log(`searching: ${name}, ${receivers} receivers`)
    nextRates[name] = await findSustainedRate(name, receivers, context).catch((error) => {
      // The other rows are worth having without it; the rounds tell that it is missing.
      context.log(`  ${name}: ${error.message}`)
      return 0
    })
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

/** Latency at 50,000 deliveries a second and CPU at ten times as many, in one session each. */
async function measureAtRates(receivers, context) {
  const common = { peerLabel: 'Bun' }
  const latency = { ...common, unit: 'ms', limit: { atMost: 1.3 } }
  const rows = [
    {
      ...common,
      what: `server CPU for a delivery at 500,000/s, ${receivers} receivers`,
      unit: 'µs',
      limit: { atMost: 0.6 },
      rate: 'fast',
      pick: ({ fast }) => (fast.serverCpuS * 1e6) / fast.deliveredInTime,
    },
    {
      ...latency,
      what: `p50 at 50,000 deliveries/s, ${receivers} receivers`,
      rate: 'slow',
      pick: ({ slow }) => slow.p50Ms,
    },
    {
      ...latency,
      what: `p99 at 50,000 deliveries/s, ${receivers} receivers`,
      rate: 'slow',
      pick: ({ slow }) => slow.p99Ms,
    },
  ]
  const problem = CONTENDERS.bun.problem?.()
  if (problem) return rows.map((row) => createMissingRow({ ...row, note: problem }))
  context.log(`50,000 and 500,000 deliveries/s to ${receivers} receivers`)
  const { chatws, bun } = await alternate(['chatws', 'bun'], context, (name) =>
    runAtRates(name, receivers, context),
  )
  return rows.map((row) =>
    createRow({ ...row, own: chatws, peer: bun, note: unsustained({ chatws, bun }, row.rate) }),
  )
}

function runAtRates(name, receivers, { program, isShort, log }) {
  return withSession(name, program, async ({ generator }) => {
    await generator.connect(receivers)
    const seconds = isShort ? 3 : 6
    const at = (deliveriesPerS, warmupS) =>
      offer(generator, deliveriesPerS / receivers, seconds, { warmupS })
    const fast = await at(500_000, WARMUP_S)
    // Last, because a low rate alone takes minutes to have a server's code compiled.
    const slow = await at(50_000, 2)
    log(`  ${name}: p50 ${slow.p50Ms} ms, p99 ${slow.p99Ms} ms, CPU ${fast.serverCpuS} s`)
    return { slow, fast, foreignShare: Math.max(slow.foreignShare, fast.foreignShare) }
  })
}

/** Which contender did not even keep up with the rate at which the others are compared. */
function unsustained(results, rate) {
  const names = Object.keys(results).filter((name) =>
    results[name].some((run) => run.error === undefined && !run[rate].isSustained),
  )
  return names.length > 0 ? `not sustained by ${names.join(' and ')}` : undefined
}
