import type { BenchResult } from '../result/bench-result.ts'

/** The whole result as JSON, a line for each figure, and one for each bucket of a histogram. */
export function formatJson(result: BenchResult): string {
  const text = JSON.stringify(result, null, 2)
  return `${text.replace(/\[\n\s+(\d+),\n\s+(\d+)\n\s+\]/g, '[$1, $2]')}\n`
}
