import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ErrorCode } from '../../protocol/error.ts'
import type { ConnectionRefusal } from '../telemetry/refusals.ts'

/** An answer on a socket that no HTTP response belongs to. */
export interface BareAnswer {
  readonly status: number
  readonly code: ErrorCode
  /** For people. */
  readonly message: string
  readonly headers?: Readonly<Record<string, string | number>>
}

/** Why a connection is refused before it is one. */
export interface HttpRefusal {
  readonly status: 403 | 429 | 503
  /** As what it is counted. */
  readonly cause: ConnectionRefusal
  /** For people; the log has it too. */
  readonly reason: string
  readonly retryAfterS?: number
}

/** Status of a refusal → its error code. */
const CODES: Readonly<Record<HttpRefusal['status'], ErrorCode>> = {
  403: 'FORBIDDEN',
  429: 'RATE_LIMITED',
  503: 'UNAVAILABLE',
}

/** Answers with a refusal and closes. */
export function refuseSocket(socket: Duplex, { status, reason, retryAfterS }: HttpRefusal): void {
  const headers = retryAfterS === undefined ? {} : { 'Retry-After': retryAfterS }
  answerSocket(socket, { status, code: CODES[status], message: reason, headers })
}

/** Answers in the shape of every HTTP error, and closes. */
export function answerSocket(socket: Duplex, answer: BareAnswer): void {
  const { status, code, message, headers = {} } = answer
  // Nobody else listens once an HTTP server has given a socket away, and a peer may be gone.
  socket.on('error', () => socket.destroy())
  if (!socket.writable) {
    socket.destroy()
    return
  }
  // Half open, the socket would keep the server from stopping.
  socket.once('finish', () => socket.destroy())
  const body = JSON.stringify({ code, message })
  const lines = Object.entries({
    Connection: 'close',
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    'X-Content-Type-Options': 'nosniff',
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`)
}
