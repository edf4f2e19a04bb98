/** Why a socket failed, as far as the platform tells: Node does, browsers do not. */
export interface SocketFailure {
  /** For people. */
  readonly reason: string
  /** Whether the next attempt will end the same, unless someone mends it. */
  readonly isPermanent: boolean
}

/** The event of a socket's failure; in browsers nothing stands in it. */
export interface FailureEvent {
  readonly message?: string
  readonly error?: unknown
}

/** Statuses of an upgrade that tell of the address or of who asks, not of the moment. */
const PERMANENT_STATUSES = /^(?:3\d\d|400|401|403|404|405|410|426|451)$/

/** Codes of Node and OpenSSL for a server whose certificate is not to be trusted, or has no TLS. */
const PERMANENT_CODES = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|ERR_SSL|EPROTO|ERR_INVALID_URL/

/** What there is to know of a failure; undefined where there is nothing. */
export function describeFailure({ message, error }: FailureEvent): SocketFailure | undefined {
  if (!message) return undefined
  // ws tells the status in its message only.
  const status = /^Unexpected server response: (\d{3})$/.exec(message)?.[1]
  if (status !== undefined)
    return {
      reason: `the server answers with HTTP status ${status}`,
      isPermanent: PERMANENT_STATUSES.test(status),
    }
  const code = (error as { code?: unknown } | undefined)?.code
  if (typeof code !== 'string') return { reason: message, isPermanent: false }
  const reason = message.includes(code) ? message : `${message} (${code})`
  return { reason, isPermanent: PERMANENT_CODES.test(code) }
}
