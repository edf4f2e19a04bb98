/** Factor between probes while the limit is not yet bracketed. */
const STEP = 1.4
const MAX_PROBES = 14

/**
 * Finds the highest rate at which `isSustained(rate)` holds: in steps from `start`, then by
 * halving the gap until it is smaller than `precision` (1.12: twelve percent). 0 if none does.
 */
export async function searchRate(isSustained, { start, precision }) {
  let sustained = 0
  let failed = Number.POSITIVE_INFINITY
  let rate = start
  for (let probe = 0; probe < MAX_PROBES; probe++) {
    if (await isSustained(rate)) sustained = Math.max(sustained, rate)
    else failed = Math.min(failed, rate)

    if (failed === Number.POSITIVE_INFINITY) rate = sustained * STEP
    else if (sustained === 0) rate = failed / STEP
    else if (failed / sustained <= precision) break
    else rate = Math.sqrt(sustained * failed)
    if (rate < 1) break
  }
  return sustained
}
