/** The share of all cores that other processes may take without a measurement being repeated. */
const FOREIGN_LIMIT = 0.15
const REPEATS = 2

/**
 * Measures, and measures again (twice at most) when other processes took too much of the machine.
 * Returns the least disturbed result, with `isDisturbed` set when even that was.
 */
export async function measureQuietly(measure) {
  let best
  for (let attempt = 0; attempt <= REPEATS; attempt++) {
    const result = await measure()
    if (!best || result.foreignShare < best.foreignShare) best = result
    if (best.foreignShare <= FOREIGN_LIMIT) break
  }
  return { ...best, isDisturbed: best.foreignShare > FOREIGN_LIMIT }
}
