/** The slope of the line that fits `[seconds, value]` points best, in value an hour. */
function slopePerHour(points) {
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / points.length
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / points.length
  let over = 0
  let under = 0
  for (const [x, y] of points) {
    over += (x - meanX) * (y - meanY)
    under += (x - meanX) ** 2
  }
  return under === 0 ? 0 : (over / under) * 3600
}

/** The share of the run that is not judged: caches fill, code is compiled. */
const WARMUP_SHARE = 0.3
/** Growth after the warm-up, as a share of the memory at its end, that counts as flat. */
const FLAT_SHARE = 0.1

/** Whether the memory of `[seconds, MB]` points was flat after the warm-up, and how much it grew in words. */
export function flatnessOf(points) {
  const judged = points.slice(Math.floor(points.length * WARMUP_SHARE))
  const perHourMb = slopePerHour(judged)
  const grownMb = (perHourMb * (judged.at(-1)[0] - judged[0][0])) / 3600
  const isFlat = grownMb <= FLAT_SHARE * judged[0][1]
  const text =
    `${grownMb.toFixed(1)} MB of growth after the warm-up (${perHourMb.toFixed(0)} MB/h), ` +
    `${isFlat ? 'flat' : 'not flat'}`
  return { isFlat, text }
}
