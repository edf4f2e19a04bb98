import type { IncomingMessage } from 'node:http'

/** What is needed of a request to find its token. */
export type RequestHead = Pick<IncomingMessage, 'url' | 'headers'>

/** Stands before a token among the subprotocols, where browsers can put one. */
export const TOKEN_PROTOCOL = 'bearer.'

/**
 * The token of a request, undefined if it has none: from the Authorization header, from a
 * subprotocol `bearer.<token>`, or from the query's `token`, in this order.
 */
export function readToken(request: RequestHead): string | undefined {
  const { url = '', headers } = request
  const protocol = headers['sec-websocket-protocol']
    ?.split(',')
    .map((text) => text.trim())
    .find((text) => text.startsWith(TOKEN_PROTOCOL))
    ?.slice(TOKEN_PROTOCOL.length)
  return readBearer(request) || protocol || readQuery(url).get('token') || undefined
}

/** The token in the Authorization header of a request, if there is one. */
export function readBearer({ headers }: Pick<RequestHead, 'headers'>): string | undefined {
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1]
}

/** The parameters in the URL of a request. */
export function readQuery(requestUrl: string): URLSearchParams {
  const query = requestUrl.indexOf('?')
  return new URLSearchParams(query < 0 ? '' : requestUrl.slice(query))
}
