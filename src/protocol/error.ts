/**
 * Every error code of chatws → whether trying the same thing again can help. The first group is
 * sent in ERROR frames and HTTP responses, the second in HTTP responses only, the third ends a
 * command.
 */
const RETRYABLE = {
  INVALID_JSON: false,
  INVALID_FRAME: false,
  UNKNOWN_TYPE: false,
  SENDER_MISMATCH: false,
  NOT_FOUND: false,
  FORBIDDEN: false,
  RATE_LIMITED: true,
  TOO_LARGE: false,
  STORAGE_UNAVAILABLE: true,
  INTERNAL: false,

  INVALID_REQUEST: false,
  UNAUTHORIZED: false,
  UNSUPPORTED_TYPE: false,
  QUOTA_EXCEEDED: false,
  REQUEST_TIMEOUT: true,
  UNAVAILABLE: true,

  USAGE: false,
  INVALID_SCENARIO: false,
  PREFLIGHT_FAILED: false,
  INCOMPARABLE: false,
  STORAGE_REJECTED: false,
  COMMIT_UNKNOWN: true,
  DATABASE_UNAVAILABLE: true,
  DATABASE_INCOMPATIBLE: false,
  LISTEN_FAILED: false,
  UPLOADS_UNAVAILABLE: false,
  CONNECT_FAILED: true,
  CONNECTION_REFUSED: false,
  SERVER_START_FAILED: false,
  OUTPUT_FAILED: false,
} as const

export type ErrorCode = keyof typeof RETRYABLE

/** An error whose meaning is its `code`; the message is for people and may change. */
export class ChatwsError extends Error {
  override readonly name = 'ChatwsError'
  readonly code: ErrorCode
  /** Whether trying again, unchanged, can succeed. */
  readonly retryable: boolean

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.retryable = RETRYABLE[code]
  }
}
