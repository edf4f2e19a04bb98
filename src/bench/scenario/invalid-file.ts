import { ChatwsError } from '../../protocol/error.ts'

/** The error for a file with these problems, each on a line of its own. */
export function invalidFile(file: string, problems: readonly string[]): ChatwsError {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`
  return new ChatwsError(
    'INVALID_SCENARIO',
    [`${file} has ${count}:`, ...problems.map((problem) => `  ${problem}`)].join('\n'),
  )
}
