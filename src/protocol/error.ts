/** The codes of ERROR frames. */
export const FRAME_ERROR_CODES = [
  'INVALID_JSON',
  'INVALID_FRAME',
  'UNKNOWN_TYPE',
  'SENDER_MISMATCH',
  'NOT_FOUND',
  'FORBIDDEN',
  'RATE_LIMITED',
  'TOO_LARGE',
  'STORAGE_UNAVAILABLE',
  'INTERNAL',
] as const
export type FrameErrorCode = (typeof FRAME_ERROR_CODES)[number]

/** The codes that only HTTP responses have. */
export const HTTP_ERROR_CODES = [
  'INVALID_REQUEST',
  'UNAUTHORIZED',
  'UNSUPPORTED_TYPE',
  'QUOTA_EXCEEDED',
  'REQUEST_TIMEOUT',
  'UNAVAILABLE',
] as const

/** The codes that never leave a process: most end a command. */
type LocalErrorCode =
  | 'USAGE'
  | 'INVALID_SCENARIO'
  | 'PREFLIGHT_FAILED'
  | 'CHATS_NOT_MADE'
  | 'INCOMPARABLE'
  | 'STORAGE_REJECTED'
  | 'COMMIT_UNKNOWN'
  | 'DATABASE_UNAVAILABLE'
  | 'DATABASE_INCOMPATIBLE'
  | 'LISTEN_FAILED'
  | 'UPLOADS_UNAVAILABLE'
  | 'CONNECT_FAILED'
  | 'CONNECTION_REFUSED'
  | 'SERVER_START_FAILED'
  | 'OUTPUT_FAILED'

/** Every error code of chatws. */
export type ErrorCode = FrameErrorCode | (typeof HTTP_ERROR_CODES)[number] | LocalErrorCode

/** The codes of what may succeed when the same is tried again. */
const RETRYABLE: readonly ErrorCode[] = [
  'RATE_LIMITED',
  'STORAGE_UNAVAILABLE',
  'REQUEST_TIMEOUT',
  'UNAVAILABLE',
  'COMMIT_UNKNOWN',
  'DATABASE_UNAVAILABLE',
  'CONNECT_FAILED',
]

/** An error whose meaning is its `code`; the message is for people and may change. */
export class ChatwsError extends Error {
  override readonly name = 'ChatwsError'
  readonly code: ErrorCode
  /** Whether trying again, unchanged, can succeed. */
  readonly retryable: boolean

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.retryable = RETRYABLE.includes(code)
  }
}
