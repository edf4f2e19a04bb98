import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ConnectionRefusal } from '../telemetry/refusals.ts'

/** Why a connection is refused before it is one. */
export interface HttpRefusal {
  readonly status: 429 | 503
  /** As what it is counted. */
  readonly cause: ConnectionRefusal
  /** For people; the log has it too. */
  readonly reason: string
  readonly retryAfterS: number
}

/** Answers with a refusal and closes. */
export function refuseSocket(socket: Duplex, { status, reason, retryAfterS }: HttpRefusal): void {
  // Half open, the socket would keep the server from stopping.
  socket.once('finish', () => socket.destroy())
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n` +
      `Retry-After: ${retryAfterS}\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(reason) + 1}\r\n\r\n${reason}\n`,
  )
}
