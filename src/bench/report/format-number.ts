import { LATENCIES } from '../metrics/registry.ts'

/** A whole number with its thousands set apart: 12,345. */
export function formatCount(number: number): string {
  return number.toFixed(0).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** A number in four characters or so: 812, 4.5k, 120k, 7.8M. */
export function formatShort(number: number): string {
  for (const [size, unit] of [
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const) {
    if (number < size) continue
    const scaled = number / size
    return `${scaled >= 100 ? scaled.toFixed(0) : scaled.toFixed(1)}${unit}`
  }
  return number >= 10 ? number.toFixed(0) : number.toFixed(number % 1 === 0 ? 0 : 1)
}

/** What was measured of a metric: latencies to a hundredth, counts with their thousands set apart. */
export function formatMeasured(metric: string, actual: number | undefined): string {
  if (actual === undefined) return 'not measured'
  if (Object.hasOwn(LATENCIES, metric)) return actual.toFixed(2)
  return Number.isInteger(actual) ? formatCount(actual) : String(actual)
}
