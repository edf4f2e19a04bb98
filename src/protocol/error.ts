/** Code of an ERROR frame, and of an HTTP response → whether trying the same again can help. */
const FRAME_CODES = {
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
} as const

/** The same of the codes that only an HTTP response has. */
const HTTP_CODES = {
  INVALID_REQUEST: false,
  UNAUTHORIZED: false,
  UNSUPPORTED_TYPE: false,
  QUOTA_EXCEEDED: false,
  REQUEST_TIMEOUT: true,
  UNAVAILABLE: true,
} as const

/** The same of the codes that never leave a process: most end a command. */
const LOCAL_CODES = {
  USAGE: false,
  INVALID_SCENARIO: false,
  PREFLIGHT_FAILED: false,
  CHATS_NOT_MADE: false,
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

/** The codes of ERROR frames. */
export const FRAME_ERROR_CODES = Object.keys(FRAME_CODES) as FrameErrorCode[]
export type FrameErrorCode = keyof typeof FRAME_CODES

/** The codes that only HTTP responses have. */
export const HTTP_ERROR_CODES = Object.keys(HTTP_CODES) as (keyof typeof HTTP_CODES)[]

/** Every error code of chatws. */
const RETRYABLE = { ...FRAME_CODES, ...HTTP_CODES, ...LOCAL_CODES }
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
