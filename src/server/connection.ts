import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import { CloseCode } from '../protocol/close-code.ts'
import type { Tail } from './tail.ts'
import { PING_FRAME } from './websocket-frame.ts'

/**
 * Bytes that may wait in one socket before its connection is left to lag. It exceeds the socket's
 * own high-water mark, so that a socket which holds this much will emit `drain`.
 */
const BACKLOG_BYTES = 64 * 1024

/** Bytes of answers to one client that may wait for it to read them. */
const OUTBOX_BYTES = 1024 * 1024

const CLOSE_TIMEOUT_MS = 2_000

/** What carries a connection: the WebSocket, and the TCP socket under it. */
export interface Transport {
  readonly webSocket: WebSocket
  readonly socket: Socket
}

/**
 * One client's connection: a cursor over the tail, and an outbox of frames for it alone.
 *
 * Shared frames go straight to the socket, past `ws`. Both write whole frames synchronously
 * (per-message deflate is off), so frames never interleave. No other file knows this.
 */
export class Connection {
  readonly userId: number
  /** Numbers the connections of a server from 1. */
  readonly serial: number
  /** Position in the tail of the next byte to send. */
  cursor: number
  /** Pings sent since the client was last heard of. */
  unansweredPings = 0
  /** Its place in the fan-out's list, kept by the fan-out. */
  index = -1
  readonly #webSocket: WebSocket
  readonly #socket: Socket
  #outbox: Buffer[] = []
  #outboxBytes = 0

  constructor(userId: number, serial: number, transport: Transport, cursor: number) {
    this.userId = userId
    this.serial = serial
    this.#webSocket = transport.webSocket
    this.#socket = transport.socket
    this.cursor = cursor
  }

  get isOpen(): boolean {
    return this.#webSocket.readyState === this.#webSocket.OPEN
  }

  /** Puts a frame for this client alone before what `pump` sends next. */
  enqueue(frame: Buffer): void {
    if (!this.isOpen) return
    this.#outbox.push(frame)
    this.#outboxBytes += frame.length
    if (this.#outboxBytes > OUTBOX_BYTES) this.close(CloseCode.slowConsumer)
  }

  /**
   * Sends the outbox and what lies between the cursor and the tail's sealed end, as far as the
   * socket takes it; the rest follows when it drains. Closes with 4001 once the cursor's bytes
   * have left the tail.
   */
  pump(tail: Tail): void {
    if (!this.isOpen) return
    if (this.cursor < tail.start) {
      this.close(CloseCode.slowConsumer)
      return
    }
    if (this.#socket.writableLength >= BACKLOG_BYTES) return
    // Corked, several writes become one system call; a single one is cheaper without.
    const hasOutbox = this.#outbox.length > 0
    if (hasOutbox) {
      this.#socket.cork()
      for (const frame of this.#outbox) this.#socket.write(frame)
      this.#emptyOutbox()
    }
    while (this.cursor < tail.sealedEnd && this.#socket.writableLength < BACKLOG_BYTES) {
      const bytes = tail.read(this.cursor)
      this.cursor += bytes.length
      this.#socket.write(bytes)
    }
    if (hasOutbox) this.#socket.uncork()
  }

  ping(): void {
    this.unansweredPings += 1
    if (this.isOpen) this.#socket.write(PING_FRAME)
  }

  /** Sends a close frame; a peer that does not answer it in time is cut off. */
  close(code: CloseCode): void {
    this.#emptyOutbox()
    closeWebSocket(this.#webSocket, code)
  }

  /** Cuts the connection without a close frame. */
  terminate(): void {
    this.#webSocket.terminate()
  }

  #emptyOutbox(): void {
    this.#outbox = []
    this.#outboxBytes = 0
  }
}

/** Closes a socket; a peer that does not answer the close frame within two seconds is cut off. */
export function closeWebSocket(webSocket: WebSocket, { code, reason }: CloseCode): void {
  webSocket.close(code, reason)
  setTimeout(() => webSocket.terminate(), CLOSE_TIMEOUT_MS).unref()
}
