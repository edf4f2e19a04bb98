import { describeProblems, formatPath } from '../../protocol/describe-problems.ts'
import { ChatwsError } from '../../protocol/error.ts'
import { findContradictions } from './contradictions.ts'
import { invalidFile } from './invalid-file.ts'
import { Scenario } from './scenario.ts'

/**
 * Reads a scenario file's text. Throws INVALID_SCENARIO with every problem on a line of its own,
 * each with its path.
 */
export function parseScenario(text: string, file: string): Scenario {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    const { message } = cause as Error
    throw new ChatwsError('INVALID_SCENARIO', `${file} is not JSON: ${locate(message, text)}`, {
      cause,
    })
  }
  const { data, error } = Scenario.safeParse(value)
  const problems = [
    ...(error ? describeProblems(Scenario, value, error) : []),
    ...findContradictions(value).map(({ path, message }) => `${formatPath(path)}: ${message}`),
  ]
  if (!data || problems.length > 0) throw invalidFile(file, problems)
  // The schema has an order of its own; reports follow the file.
  const written = Object.keys((value as { thresholds?: object }).thresholds ?? {})
  const thresholds = Object.fromEntries(
    written.map((metric) => [metric, data.thresholds[metric as keyof Scenario['thresholds']]]),
  )
  return { ...data, thresholds }
}

/** Says line and column where the parser says a position. */
function locate(message: string, text: string): string {
  const position = / in JSON at position (\d+).*$/.exec(message)
  if (!position) return message
  const lines = text.slice(0, Number(position[1])).split('\n')
  const before = message.slice(0, position.index)
  return `line ${lines.length}, column ${lines.at(-1)!.length + 1}: ${before}`
}
