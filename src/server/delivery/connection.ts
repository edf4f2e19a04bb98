import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import { CloseCode } from '../../protocol/close-code.ts'
import type { Role } from '../../protocol/role.ts'
import { PING_FRAME } from '../frames/encode-frame.ts'
import type { ChatFilter } from '../frames/frame-run.ts'
import { Replay } from '../log/replay.ts'
import type { Tail } from '../log/tail.ts'

/**
 * Bytes that may wait in one socket before its connection is left to lag. It exceeds the socket's
 * own high-water mark, so that a socket which holds this much will emit `drain`.
 */
const BACKLOG_BYTES = 64 * 1024

/** How far behind the tail a connection may be before it gets durable frames only. */
const SHED_BYTES = 1024 * 1024

/** Questions of one client that may wait for their answers. */
const MAX_QUESTIONS = 1_000

/** Bytes of answers to one client that may wait for it to read them. */
const OUTBOX_BYTES = 1024 * 1024

const CLOSE_TIMEOUT_MS = 2_000

/** What carries a connection: the WebSocket, and the TCP socket under it. */
export interface Transport {
  readonly webSocket: WebSocket
  readonly socket: Socket
}

/**
 * One client's connection: a cursor over the tail, an outbox of frames for it alone, and while it
 * is behind, a replay of what it still has to be sent before it follows the tail.
 *
 * While it is narrowed to some chats, it does not follow the tail but is handed what is for it, and
 * its cursor counts only when it has fallen behind.
 *
 * Shared frames go straight to the socket, past `ws`. Both write whole frames synchronously
 * (per-message deflate is off), so frames never interleave. No other file knows this.
 */
export class Connection {
  readonly userId: number
  role: Role = 'user'
  /** When its token ends, in milliseconds since 1970; 0 if never. */
  expiresAtMs = 0
  /** Numbers the connections of a server from 1. */
  readonly serial: number
  /** Position in the tail of the next byte to send, once there is no replay. */
  cursor: number
  /** What comes before the bytes at the cursor. */
  replay: Replay | undefined
  /** While narrowed: whether it has to be told again from its cursor on. */
  isBehind = false
  /** Whether its client says that nobody is at it. */
  isIdle = false
  /** Pings sent since the client was last heard of. */
  unansweredPings = 0
  /** The code that the server closed it with, if it did. */
  closedWith: number | undefined
  /** Its place in the fan-out's list, kept by the fan-out. */
  index = -1
  /** The newest offset when it was opened: what came before is not its to get from the tail. */
  readonly startOffset: number
  readonly #webSocket: WebSocket
  readonly #socket: Socket
  #filter: ChatFilter
  /** Frames for this client alone; made when there are some, because most connections are idle. */
  #outbox: Buffer[] | undefined
  #outboxBytes = 0
  /** Settles when the last question asked so far is answered. */
  #lastAnswer: Promise<void> | undefined
  #questions = 0
  /** Waits for the outbox and the socket to drain. */
  #onDrained: (() => void) | undefined

  /** @param start where in the tail it begins: a position, and the newest offset before that */
  constructor(
    userId: number,
    serial: number,
    transport: Transport,
    start: { position: number; offset: number },
  ) {
    this.userId = userId
    this.serial = serial
    this.#webSocket = transport.webSocket
    this.#socket = transport.socket
    this.cursor = start.position
    this.startOffset = start.offset
  }

  get isOpen(): boolean {
    return this.#webSocket.readyState === this.#webSocket.OPEN
  }

  /** The chats that it is narrowed to; undefined while it is sent all. */
  get filter(): ChatFilter {
    return this.#filter
  }

  /** Puts the parts of the frame that comes before all others, before the first `pump`. */
  greet(...parts: Buffer[]): void {
    this.#outbox = this.#outbox ? [...parts, ...this.#outbox] : parts
  }

  /** Puts a frame for this client alone before what `pump` sends next. */
  enqueue(frame: Buffer): void {
    if (!this.isOpen) return
    if (this.#outbox) this.#outbox.push(frame)
    else this.#outbox = [frame]
    this.#outboxBytes += frame.length
    if (this.#outboxBytes > OUTBOX_BYTES) this.close(CloseCode.slowConsumer)
  }

  /**
   * Sends the outbox, the replay and what lies between the cursor and the tail's sealed end, as
   * far as the socket takes it; the rest follows when it drains. Closes with 4001 once the
   * cursor's bytes have left the tail.
   */
  pump(tail: Tail): void {
    if (!this.isOpen) return
    const hasCursor = !this.#filter || this.isBehind
    if (hasCursor && this.cursor < tail.start) {
      this.close(CloseCode.slowConsumer)
      return
    }
    if (!this.#hasRoom) return
    this.#fallBack(tail)
    // Corked, several writes become one system call; a single one is cheaper without.
    const isCorked = this.#outbox !== undefined || this.replay !== undefined
    if (isCorked) {
      this.#socket.cork()
      this.#writeOutbox()
      this.#pumpReplay(tail)
    }
    while (!this.#filter && !this.replay && this.cursor < tail.sealedEnd && this.#hasRoom) {
      const bytes = tail.read(this.cursor)
      this.cursor += bytes.length
      this.#socket.write(bytes)
    }
    if (isCorked) this.#socket.uncork()
    if (this.#onDrained && this.#isDrained) this.#onDrained()
  }

  /** Narrows it to some chats, or with undefined to none; `pump` sends what that leaves to send. */
  narrow(filter: ChatFilter, tail: Tail): void {
    if (this.#filter && !this.isBehind) this.cursor = tail.sealedEnd
    this.#filter = filter
    this.isBehind = filter !== undefined
  }

  /**
   * Sends frames of the chunk that begins at a position, while narrowed. Returns false when it is
   * behind: then `pump` will send them.
   */
  deliver(start: number, frames: readonly Buffer[]): boolean {
    if (this.isBehind) return false
    if (this.replay || !this.#hasRoom) {
      this.isBehind = true
      this.cursor = start
      return false
    }
    if (!this.isOpen) return true
    this.#socket.cork()
    this.#writeOutbox()
    for (const frame of frames) this.#socket.write(frame)
    this.#socket.uncork()
    return true
  }

  /**
   * Calls `answer` when every earlier question is answered and what was sent has drained, so that
   * large answers never pile up before a client that does not read them. One that asks on and on
   * without reading is closed with 4001.
   */
  inTurn(answer: () => Promise<void>): void {
    this.#questions += 1
    if (this.#questions > MAX_QUESTIONS) this.close(CloseCode.slowConsumer)
    this.#lastAnswer = (this.#lastAnswer ?? Promise.resolve()).then(async () => {
      if (!this.#isDrained) await new Promise<void>((resolve) => (this.#onDrained = resolve))
      this.#questions -= 1
      if (this.isOpen) await answer()
    })
  }

  ping(): void {
    this.unansweredPings += 1
    if (this.isOpen) this.#socket.write(PING_FRAME)
  }

  /** Sends a close frame; a peer that does not answer it in time is cut off. */
  close(code: CloseCode): void {
    this.closedWith ??= code.code
    this.#emptyOutbox()
    closeWebSocket(this.#webSocket, code)
  }

  /** Cuts the connection without a close frame. */
  terminate(): void {
    this.#webSocket.terminate()
  }

  get #hasRoom(): boolean {
    return this.#socket.writableLength < BACKLOG_BYTES
  }

  get #isDrained(): boolean {
    return this.#outboxBytes === 0 && this.#hasRoom
  }

  /** Begins a replay where it is too far behind to follow, or narrowed and behind at all. */
  #fallBack(tail: Tail): void {
    if (this.replay) return
    const behindBytes = tail.sealedEnd - this.cursor
    if (!this.#filter) {
      if (behindBytes > SHED_BYTES) this.#shed(tail)
    } else if (this.isBehind) {
      if (behindBytes > 0) this.#shed(tail)
      else this.isBehind = behindBytes < 0
    }
  }

  /** Leaves out what is not durable from the cursor on: of each state, the last is told at the end. */
  #shed(tail: Tail): void {
    const from = this.cursor
    const after = Math.max(this.startOffset, tail.offsetBefore(from))
    tail.sheds += 1
    this.cursor = tail.sealedEnd
    this.replay = new Replay({ after, until: tail.sealedOffset }, undefined, (now) =>
      from < now.start ? undefined : now.statesSince(from, this.#filter, this.userId),
    )
  }

  #writeOutbox(): void {
    for (const frame of this.#outbox ?? []) this.#socket.write(frame)
    this.#emptyOutbox()
  }

  #pumpReplay(tail: Tail): void {
    const wake = (error?: unknown) => {
      if (error) this.close(CloseCode.tryAgainLater)
      else this.pump(tail)
    }
    while (this.replay && this.#hasRoom) {
      const bytes = this.replay.next(tail, this.#filter, wake)
      if (bytes) {
        this.#socket.write(bytes)
      } else if (this.replay.isDone) {
        this.replay = undefined
        this.#fallBack(tail)
      } else break
    }
    if (this.replay?.isLost) this.close(CloseCode.slowConsumer)
  }

  #emptyOutbox(): void {
    this.#outbox = undefined
    this.#outboxBytes = 0
  }
}

/** Closes a socket; a peer that does not answer the close frame within two seconds is cut off. */
export function closeWebSocket(webSocket: WebSocket, { code, reason }: CloseCode): void {
  webSocket.close(code, reason)
  setTimeout(() => webSocket.terminate(), CLOSE_TIMEOUT_MS).unref()
}
