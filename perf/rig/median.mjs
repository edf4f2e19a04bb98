/** The middle value; the mean of the middle two. NaN when there is none. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  if (sorted.length === 0) return Number.NaN
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** Median, least and greatest. */
export function summarize(values) {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values), values }
}
