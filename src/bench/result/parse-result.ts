import { describeProblems } from '../../protocol/describe-problems.ts'
import { ChatwsError } from '../../protocol/error.ts'
import { escapeUnsafe } from '../../protocol/escape-unsafe.ts'
import { BenchResult } from './bench-result.ts'

/** Reads a result file's text. Throws USAGE with what is wrong with it. */
export function parseResult(text: string, file: string): BenchResult {
  let value: unknown
  try {
    value = JSON.parse(text, clean)
  } catch (cause) {
    throw new ChatwsError('USAGE', `${file} is not JSON: ${(cause as Error).message}`, { cause })
  }
  const { version } = (value ?? {}) as { version?: unknown }
  if (version !== 1)
    throw new ChatwsError('USAGE', `${file} is not a result of chatws bench, or of another version`)
  const result = BenchResult.safeParse(value)
  if (result.success) return result.data
  // A file that is wrong in one place is nobody's work, and often wrong in hundreds.
  const [problem] = describeProblems(BenchResult, value, result.error)
  throw new ChatwsError('USAGE', `${file}: ${problem}`)
}

/** What stands in a file, names of reasons among it, must not drive the terminal that shows it. */
function clean(_: string, value: unknown): unknown {
  if (typeof value === 'string') return escapeUnsafe(value)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, of]) => [escapeUnsafe(key), of]))
}
