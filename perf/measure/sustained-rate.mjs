import { measureQuietly } from '../rig/quiet.mjs'
import { searchRate } from '../rig/search-rate.mjs'
import { openSession, withSession } from '../rig/session.mjs'

/** A rate is sustained when all is delivered and 99 % of it within this time. */
const P99_LIMIT_MS = 100

/** Messages a second with 500 receivers at which the search starts: the nearer, the shorter it is. */
const FIRST_PROBE = { chatws: 10_000, bun: 7000, nats: 400, naive: 190, socketIo: 160 }

/** How near a search comes: the rounds, which move with what held, do the rest. */
const PRECISION = 1.12

/** How much a round's rate moves after it held, and after it did not. */
const UP = 1.05
const DOWN = 0.93
const TRIES = 4

/** Offers a rate for some seconds and says whether it was sustained. */
export async function offer(generator, rate, seconds, options = {}) {
  const run = await generator.fanout(rate, { seconds, ...options })
  return { ...run, rate, isSustained: isSustained(run, rate * seconds) }
}

function isSustained(run, offered) {
  return (
    run.closed === 0 &&
    run.refused === 0 &&
    run.gaps === 0 &&
    run.errors === 0 &&
    run.delivered >= run.expected &&
    run.sent >= 0.98 * offered &&
    run.p99Ms < P99_LIMIT_MS
  )
}

/** Finds the highest rate that a contender sustains, in messages a second. */
export async function findSustainedRate(name, receivers, { program, isShort, log }) {
  let session
  const probeOnce = async (rate) => {
    if (!session) {
      session = await openSession(name, program)
      await session.generator.connect(receivers)
    }
    const run = await offer(session.generator, rate, isShort ? 2 : 3)
    log(describe(name, receivers, run))
    if (run.isSustained) return { ...run, foreignShare: 0 }
    // What is left of a rate that was too high would spoil the next probe.
    await session.close()
    session = undefined
    return run
  }
  // A rate that held is believed whatever else ran; one that did not, only on a quiet machine.
  const probe = async (rate) => (await measureQuietly(() => probeOnce(rate))).isSustained
  try {
    const start = Math.max(1, (FIRST_PROBE[name] * 500) / receivers)
    return await searchRate(probe, { start, precision: PRECISION })
  } finally {
    await session?.close()
  }
}

/**
 * Confirms a rate on a fresh server, a little less of it when it does not hold. Returns the run
 * that held, with the rate to try next time.
 */
export async function confirmRate(name, receivers, rate, { program, isShort, log }) {
  let tried = rate
  let run
  for (let attempt = 0; attempt < TRIES; attempt++) {
    run = await withSession(name, program, async ({ generator }) => {
      await generator.connect(receivers)
      return offer(generator, tried, isShort ? 2 : 5)
    })
    log(describe(name, receivers, run))
    if (run.isSustained) return { ...run, nextRate: tried * UP }
    tried *= DOWN
  }
  // Nothing near the rate held in this round: it counts as none, and the next starts lower.
  return { ...run, offeredPerS: 0, nextRate: tried }
}

function describe(name, receivers, run) {
  const verdict = run.isSustained ? '' : ', not sustained'
  return (
    `  ${name}: ${Math.round(run.rate)} messages/s to ${receivers}: ` +
    `${Math.round(run.deliveredPerS)} deliveries/s, p99 ${run.p99Ms} ms, ` +
    `server CPU ${(run.serverCpuS / run.elapsedS).toFixed(2)}, ` +
    `generator ${(run.generatorCpuS / run.elapsedS).toFixed(2)}${verdict}`
  )
}
