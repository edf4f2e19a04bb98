import { CloseCode } from '../protocol/close-code.ts'
import { parseId } from '../protocol/id.ts'

/** Reads `userId` from the URL of a connection request, or tells how to close the connection. */
export function readUserId(requestUrl: string): number | CloseCode {
  const query = requestUrl.indexOf('?')
  const text = query < 0 ? null : new URLSearchParams(requestUrl.slice(query)).get('userId')
  if (!text) return CloseCode.userIdRequired
  return parseId(text) ?? CloseCode.invalidUserId
}
