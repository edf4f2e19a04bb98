/** The codes that clients tell from others: of a token that has ended, and of who is sent away. */
export const TOKEN_EXPIRED = 4503
export const KICKED = 4506

/**
 * Why the server closes a connection: name → code and the reason text sent with it.
 * 4000–4499 ask the client to reconnect, 4500–4999 tell it not to; the rest is RFC 6455's.
 */
export const CloseCode = {
  userIdRequired: { code: 1008, reason: 'User ID required' },
  invalidUserId: { code: 1008, reason: 'Invalid user ID' },
  tryAgainLater: { code: 1013, reason: 'Storage unavailable, try again later' },
  authUnavailable: { code: 1013, reason: 'Authentication unavailable, try again later' },
  draining: { code: 4000, reason: 'Server draining' },
  slowConsumer: { code: 4001, reason: 'Slow consumer' },
  tooManyConnections: { code: 4003, reason: 'Too many connections for now' },
  tokenRequired: { code: 4501, reason: 'Token required' },
  tokenInvalid: { code: 4502, reason: 'Token invalid' },
  tokenExpired: { code: TOKEN_EXPIRED, reason: 'Token expired' },
  userMismatch: { code: 4504, reason: 'Token of another user' },
  originNotAllowed: { code: 4505, reason: 'Origin not allowed' },
  kicked: { code: KICKED, reason: 'Kicked' },
  abuse: { code: 4507, reason: 'Repeated protocol abuse' },
} as const

export interface CloseCode {
  readonly code: number
  readonly reason: string
}

/** The close with a hint: the client should not connect again before `delayMs` have passed. */
export function withRetryAfter({ code, reason }: CloseCode, delayMs: number): CloseCode {
  return { code, reason: `${reason}; retry_after_ms=${Math.round(delayMs)}` }
}

/** The hint in the reason of a close, in milliseconds; undefined where it has none. */
export function retryAfterMs(reason: string): number | undefined {
  const digits = /; retry_after_ms=(\d{1,9})$/.exec(reason)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** The reason of a close in words for people. */
export function withoutRetryAfter(reason: string): string {
  return reason.replace(/; retry_after_ms=\d+$/, '')
}

/**
 * Whether a client that was closed with `code` should connect again. 1008 is the server's answer
 * to a connection it will never accept; every other standard code may be a passing fault.
 */
export function isReconnectable(code: number): boolean {
  return code !== 1008 && !(code >= 4500 && code <= 4999)
}
