import { escapeUnsafe } from '../../protocol/escape-unsafe.ts'

/** Characters of a frame that are shown. */
const SHOWN_LENGTH = 500

const SECRET = '(secret)'

/** A JSON Web Token, by its shape. */
const JWT = /\beyJ[\w-]{8,}(?:\.[\w-]*)*/g

/** The text of a frame as it may stand in a log: one line, clipped, without tokens. */
export function describeFrameText(payload: Buffer): string {
  const text = hideTokens(payload.toString()).replace(JWT, SECRET)
  const shown = escapeUnsafe(text.slice(0, SHOWN_LENGTH))
  return text.length > SHOWN_LENGTH ? `${shown}… (${payload.length} bytes)` : shown
}

/** Hides every value of a frame that brings a token, or nearly: a name may be mistyped. */
function hideTokens(text: string): string {
  // A name may be written with escapes.
  if (!/token|auth|\\u/i.test(text)) return text
  let mayHoldToken = false
  const look = (name: string, value: unknown) => {
    if (/token/i.test(name) || (name === 'type' && /auth/i.test(String(value)))) mayHoldToken = true
    return value
  }
  const hide = (name: string, value: unknown) =>
    typeof value === 'string' && name !== 'type' ? SECRET : value
  try {
    const frame = JSON.parse(text, look)
    return mayHoldToken ? JSON.stringify(frame, hide) : text
  } catch {
    return `not JSON, and it may hold a token (${text.length} characters)`
  }
}
