import { CloseCode } from '../../protocol/close-code.ts'
import { parseId } from '../../protocol/id.ts'
import { MAX_HISTORY } from '../../protocol/limits.ts'
import { readQuery } from '../auth/request-token.ts'

/** What a client asks for in the URL of its connection request. */
export interface ConnectRequest {
  readonly userId: number
  /** Where it wants to resume: `offset` is undefined when that cannot be read. */
  readonly resume:
    | { readonly epoch: string | null; readonly offset: number | undefined }
    | undefined
  /** How many of the newest messages it wants first, if it does not resume. */
  readonly history: number
}

/** Reads a connection request, or tells how to close the connection. */
export function readConnectRequest(requestUrl: string): ConnectRequest | CloseCode {
  const parameters = readQuery(requestUrl)
  const userIdText = parameters.get('userId')
  if (!userIdText) return CloseCode.userIdRequired
  const userId = parseId(userIdText)
  if (userId === undefined) return CloseCode.invalidUserId

  const since = parameters.get('since')
  const resume =
    since === null
      ? undefined
      : { epoch: parameters.get('epoch'), offset: since === '0' ? 0 : parseId(since) }
  const history = Math.min(parseId(parameters.get('history') ?? '') ?? 0, MAX_HISTORY)
  return { userId, resume, history }
}
