// `npm run soak`: whether the server's memory stays flat under half of the load it sustains, and with
// --hostile, what clients that mean harm do to it and to those who behave.
import { parseArgs } from 'node:util'
import { soakWithHostile } from './measure/hostile-soak.mjs'
import { findSustainedRate } from './measure/sustained-rate.mjs'
import { buildGenerator } from './rig/build-generator.mjs'
import { withSession } from './rig/session.mjs'
import { flatnessOf } from './rig/slope.mjs'
import { createTempFolder } from './rig/temp-folder.mjs'

const RECEIVERS = 500
const SLICE_S = 10
/** Minutes of the short form of --hostile, which judges counts only. */
const SHORT_MINUTES = 1 / 3

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    rate: { type: 'string' },
    hostile: { type: 'boolean', default: false },
    short: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
  },
})

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))
const log = (line) => console.error(line)
process.exitCode = (await (values.hostile ? beHostile() : beBusy())) ? 0 : 1

function beHostile() {
  const minutes = values.short ? SHORT_MINUTES : Number(values.minutes)
  return soakWithHostile({ minutes, isShort: values.short, only: values.only, log })
}

function beBusy() {
  return soak(Number(values.minutes), Number(values.rate ?? Number.NaN))
}

/** @param rate messages a second; NaN to search for half of what is sustained */
async function soak(minutes, rate) {
  const program = buildGenerator(createTempFolder())
  const context = { program, isShort: true, log }
  const offered = Number.isNaN(rate)
    ? (await findSustainedRate('chatws', RECEIVERS, context)) / 2
    : rate
  const points = await withSession('chatws', program, async ({ generator }) => {
    await generator.connect(RECEIVERS)
    return runSlices(generator, offered, Math.max(3, Math.round((minutes * 60) / SLICE_S)))
  })
  const { isFlat, text } = flatnessOf(points)
  console.log(
    `${Math.round(offered)} messages/s to ${RECEIVERS} receivers for ${minutes} minutes: ${text}`,
  )
  return isFlat
}

async function runSlices(generator, rate, count) {
  const points = []
  for (let slice = 1; slice <= count; slice++) {
    const run = await generator.fanout(rate, { seconds: SLICE_S, warmupS: 0 })
    if (run.closed > 0) throw new Error(`${run.closed} receivers were closed (${run.closeCode})`)
    const rssMb = run.rssKb / 1024
    points.push([slice * SLICE_S, rssMb])
    console.log(`${slice * SLICE_S} s: ${rssMb.toFixed(1)} MB, p99 ${run.p99Ms} ms`)
  }
  return points
}
