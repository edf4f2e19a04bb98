import { type CsvError, parse } from 'csv-parse/sync'
import { ChatwsError } from '../../protocol/error.ts'
import { parseId } from '../../protocol/id.ts'
import { suggest } from '../../protocol/suggestion.ts'
import { invalidFile } from './invalid-file.ts'

/** One line of a feed: who a virtual user is. */
export interface FeedRow {
  readonly userId: number
  /** For a server that asks for one. */
  readonly token: string | undefined
}

const COLUMNS = ['user_id', 'token'] as const

type Line = Partial<Record<(typeof COLUMNS)[number], string>>

/**
 * Reads a CSV file with the columns `user_id` and, optionally, `token`; others are left alone.
 * Throws INVALID_SCENARIO with every line that is wrong, or when there are fewer users than the
 * scenario has. No error shows what stands in the file: tokens do, and a scenario of somebody else's
 * may name any file.
 */
export function parseFeed(text: string, file: string, userCount: number): FeedRow[] {
  const { header, lines } = readCsv(text, file)
  const headerProblems = checkHeader(header)
  if (headerProblems.length > 0) throw invalidFile(file, headerProblems)
  const problems: string[] = []
  const seen = new Set<number>()
  const rows = lines.map(({ record, number }): FeedRow => {
    const userId = parseId(record.user_id ?? '')
    if (userId === undefined)
      problems.push(`line ${number}: user_id must be a positive whole number`)
    else if (seen.has(userId)) problems.push(`line ${number}: user ${userId} stands there twice`)
    seen.add(userId ?? -1)
    return { userId: userId ?? 0, token: record.token || undefined }
  })
  if (rows.length < userCount)
    problems.push(`it has ${rows.length} users, but users.count of the scenario is ${userCount}`)
  if (problems.length > 0) throw invalidFile(file, problems)
  return rows.slice(0, userCount)
}

/** A column that is nearly called like one that is known was meant to be that one. */
function checkHeader(header: readonly string[]): string[] {
  const misspelt = header.flatMap((name) => {
    if ((COLUMNS as readonly string[]).includes(name)) return []
    const suggestion = suggest(name, COLUMNS)
    const isThere = suggestion === undefined || header.includes(suggestion)
    return isThere ? [] : [`line 1: column "${name}" is unknown, did you mean ${suggestion}?`]
  })
  if (misspelt.length > 0 || header.includes('user_id')) return misspelt
  const has = header.length === 0 ? 'it is empty' : `none of its ${header.length} is called so`
  return [`line 1: the header must name a column user_id; ${has}`]
}

function readCsv(
  text: string,
  file: string,
): { header: string[]; lines: { record: Line; number: number }[] } {
  let header: string[] = []
  try {
    const lines = parse(text, {
      columns: (names: string[]) => {
        header = names
        return names
      },
      skip_empty_lines: true,
      trim: true,
      bom: true,
      info: true,
    }) as unknown as { record: Line; info: { lines: number } }[]
    return { header, lines: lines.map(({ record, info }) => ({ record, number: info.lines })) }
  } catch (cause) {
    const { code, lines = 0 } = cause as CsvError
    const words = code.replace(/^CSV_/, '').replaceAll('_', ' ').toLowerCase()
    const message = `${file} is not CSV: line ${Number(lines)}: ${words}`
    throw new ChatwsError('INVALID_SCENARIO', message)
  }
}
