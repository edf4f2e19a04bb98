import { parse } from 'csv-parse/sync'
import { ChatwsError } from '../../protocol/error.ts'
import { parseId } from '../../protocol/id.ts'

/** One line of a feed: who a virtual user is. */
export interface FeedRow {
  readonly userId: number
  /** For a server that asks for one. */
  readonly token: string | undefined
}

/**
 * Reads a CSV file with the columns `user_id` and, optionally, `token`. Throws INVALID_SCENARIO
 * with every line that is wrong, or when there are fewer users than the scenario has.
 */
export function parseFeed(text: string, file: string, userCount: number): FeedRow[] {
  const records = readRecords(text, file)
  const problems: string[] = []
  const seen = new Set<number>()
  const rows = records.map((record, index): FeedRow => {
    const userId = parseId(record.user_id ?? '')
    if (userId === undefined) problems.push(`line ${index + 2}: user_id is not a positive integer`)
    else if (seen.has(userId)) problems.push(`line ${index + 2}: user ${userId} stands there twice`)
    seen.add(userId ?? -1)
    return { userId: userId ?? 0, token: record.token || undefined }
  })
  if (rows.length < userCount)
    problems.push(`it has ${rows.length} users, but users.count is ${userCount}`)
  if (problems.length > 0)
    throw new ChatwsError(
      'INVALID_SCENARIO',
      [`${file} has ${problems.length} problem(s):`, ...problems.map((line) => `  ${line}`)].join(
        '\n',
      ),
    )
  return rows.slice(0, userCount)
}

function readRecords(text: string, file: string): Record<string, string | undefined>[] {
  try {
    return parse(text, { columns: true, skip_empty_lines: true, trim: true, bom: true })
  } catch (cause) {
    const { message } = cause as Error
    throw new ChatwsError('INVALID_SCENARIO', `${file} is not CSV: ${message}`, { cause })
  }
}
