// `npm run soak`: whether the server's memory stays flat under half of the load it sustains.
import { parseArgs } from 'node:util'
import { findSustainedRate } from './measure/sustained-rate.mjs'
import { buildGenerator } from './rig/build-generator.mjs'
import { withSession } from './rig/session.mjs'
import { slopePerHour } from './rig/slope.mjs'
import { createTempFolder } from './rig/temp-folder.mjs'

const RECEIVERS = 500
const SLICE_S = 10
/** The share of the run that is not judged: caches fill, code is compiled. */
const WARMUP_SHARE = 0.3
/** Growth after the warm-up, as a share of the memory at its end, that counts as flat. */
const FLAT_SHARE = 0.1

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    rate: { type: 'string' },
  },
})

const folder = createTempFolder()
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))
const log = (line) => console.error(line)
const program = buildGenerator(folder)
process.exitCode = await soak(Number(values.minutes), Number(values.rate ?? Number.NaN))

/** @param rate messages a second; NaN to search for half of what is sustained */
async function soak(minutes, rate) {
  const context = { program, isShort: true, log }
  const offered = Number.isNaN(rate)
    ? (await findSustainedRate('chatws', RECEIVERS, context)) / 2
    : rate
  const points = await withSession('chatws', program, async ({ generator }) => {
    await generator.connect(RECEIVERS)
    return runSlices(generator, offered, Math.max(3, Math.round((minutes * 60) / SLICE_S)))
  })
  const judged = points.slice(Math.floor(points.length * WARMUP_SHARE))
  const perHourMb = slopePerHour(judged.map(({ atS, rssMb }) => [atS, rssMb]))
  const grownMb = (perHourMb * (judged.at(-1).atS - judged[0].atS)) / 3600
  const isFlat = grownMb <= FLAT_SHARE * judged[0].rssMb
  console.log(
    `${Math.round(offered)} messages/s to ${RECEIVERS} receivers for ${minutes} minutes: ` +
      `${grownMb.toFixed(1)} MB of growth after the warm-up (${perHourMb.toFixed(0)} MB/h), ` +
      `${isFlat ? 'flat' : 'not flat'}`,
  )
  return isFlat ? 0 : 1
}

async function runSlices(generator, rate, count) {
  const points = []
  for (let slice = 1; slice <= count; slice++) {
    const run = await generator.fanout(rate, { seconds: SLICE_S, warmupS: 0 })
    if (run.closed > 0) throw new Error(`${run.closed} receivers were closed (${run.closeCode})`)
    const point = { atS: slice * SLICE_S, rssMb: run.rssKb / 1024 }
    points.push(point)
    console.log(`${point.atS} s: ${point.rssMb.toFixed(1)} MB, p99 ${run.p99Ms} ms`)
  }
  return points
}
