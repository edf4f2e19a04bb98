import type { WebSocketLike } from '../../src/client/reconnecting-socket.ts'
import type { FailureEvent } from '../../src/client/socket-failure.ts'
import type { ConnectionEstablished, ServerFrame } from '../../src/protocol/server-frames.ts'

const NOW = '2024-01-01T12:00:00.000Z'

/** A WebSocket whose server is the test: it keeps what is sent, and says what it is told to. */
export class ScriptedSocket implements WebSocketLike {
  readonly url: string
  /** The subprotocols that the client offered. */
  readonly protocols: string[]
  readyState = 0
  onmessage: ((event: { data: unknown }) => void) | null = null
  onclose: ((event: { code: number; reason: string }) => void) | null = null
  onerror: ((event: FailureEvent) => void) | null = null
  /** Whether it answers a client that asks whether it is there. */
  isAlive = true
  /** The frames that the client sent, besides that. */
  readonly sent: { type?: string; client_id?: string }[] = []
  /** The code that the client closed it with; null where it gave none. */
  closedWith: number | null | undefined

  constructor(url: string, protocols: string[] = []) {
    this.url = url
    this.protocols = protocols
  }

  send(data: string): void {
    const frame: ScriptedSocket['sent'][number] & { t?: number } = JSON.parse(data)
    // A client that has not heard of its server asks whether it is there: no test's business but one's.
    if (frame.type !== 'PING' || frame.t !== 0) this.sent.push(frame)
    else if (this.isAlive) this.receive({ type: 'PONG', t: 0, serverTime: NOW })
  }

  /** As in a browser, `onclose` comes later: call `drop`. */
  close(code?: number): void {
    this.closedWith = code ?? null
    this.readyState = 2
  }

  /** The client_ids of what was sent, in order. */
  get sentIds(): (string | undefined)[] {
    return this.sent.map(({ client_id }) => client_id)
  }

  receive(frame: ServerFrame): void {
    this.onmessage?.({ data: JSON.stringify(frame) })
  }

  /** The server accepts the connection. */
  greet(greeting: Partial<ConnectionEstablished> = {}): void {
    this.readyState = 1
    this.receive({
      type: 'CONNECTION_ESTABLISHED',
      userId: 1,
      timestamp: NOW,
      protocol: 1,
      sessionId: 's',
      epoch: 'e',
      offset: 0,
      limits: { maxMessageBytes: 65_536 },
      online: [1],
      ...greeting,
    })
  }

  acknowledge(client_id: string, offset = 1): void {
    this.receive({
      type: 'ACK',
      client_id,
      id: offset,
      offset,
      created_at: NOW,
    })
  }

  /** The connection ends; without a code, as one does that the network cut. */
  drop(code = 1006, reason = ''): void {
    this.readyState = 3
    // As in a browser, where it tells nothing.
    if (code === 1006) this.onerror?.({})
    this.onclose?.({ code, reason })
  }
}
