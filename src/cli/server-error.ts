import { ChatwsError } from '../protocol/error.ts'
import { sanitizeLine } from '../tui/sanitize.ts'

/**
 * An error that may have a server's own words in it, without anything that could control the
 * terminal it will be written to. Other errors stay as they are.
 */
export function cleanServerError(error: unknown): unknown {
  if (!(error instanceof ChatwsError)) return error
  return new ChatwsError(error.code, sanitizeLine(error.message), { cause: error })
}
