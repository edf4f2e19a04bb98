import type { FrameErrorCode } from './error.ts'
import type { ErrorFrame } from './server-frames.ts'

/** What an ERROR frame says besides its code and message, where there is something to say. */
interface ErrorDetails {
  /** The `client_id` of the frame that is refused. */
  readonly ref?: string | undefined
  /** Until when the user's frames are refused. */
  readonly retryAfterMs?: number | undefined
}

/** The frame that tells a client what is wrong with one of its own. */
export function errorFrame(
  code: FrameErrorCode,
  message: string,
  { ref, retryAfterMs }: ErrorDetails = {},
): ErrorFrame {
  return {
    type: 'ERROR',
    code,
    message,
    ...(retryAfterMs === undefined ? {} : { retry_after_ms: retryAfterMs }),
    ...(ref === undefined ? {} : { ref }),
  }
}
