import { CloseCode } from '../../protocol/close-code.ts'
import { NO_GRANTS, type Viewer } from '../access/viewer.ts'
import type { FrameFilter } from '../frames/audience.ts'
import { PING_FRAME } from '../frames/encode-frame.ts'
import { Replay } from '../log/replay.ts'
import type { Tail } from '../log/tail.ts'
import type { Transport } from './transport.ts'

/** How far behind the tail a connection may be before it gets durable frames only. */
const SHED_BYTES = 1024 * 1024

/** Questions of one client that may wait for their answers. */
const MAX_QUESTIONS = 1_000

/** Bytes of answers to one client that may wait for it to read them. */
const OUTBOX_BYTES = 1024 * 1024

/** Bytes of a replay that a client takes from one ping to the next, if it reads at all. */
const MIN_TAKEN_BYTES = 16 * 1024

const NO_RIGHTS = { isAgent: false, isAdmin: false, granted: NO_GRANTS }

/** Frames for one client that are written singly; to copy more of them costs less than to write each. */
const FEW_FRAMES = 16

/** Frames for one client that wait singly; each may keep a pool of other buffers in memory. */
const SINGLE_FRAMES = 256

/** Whose a connection is. */
export interface ConnectionOwner {
  readonly userId: number
  /** Numbers the connections of a server from 1. */
  readonly serial: number
  /** What its user may do beside what everyone may; nothing unless given. */
  readonly rights?: Omit<Viewer, 'userId'>
  /** When its token ends, in milliseconds since 1970; 0 unless given, which is never. */
  readonly expiresAtMs?: number
}

/** Where in the tail a connection begins. */
export interface ConnectionStart {
  readonly position: number
  /** The newest offset before that. */
  readonly offset: number
}

/**
 * One client's connection: a cursor over the tail, an outbox of frames for it alone, and while it
 * is behind, a replay of what it still has to be sent before it follows the tail.
 *
 * While it subscribes to some chats, it does not follow the tail but is handed what is for it, and
 * its cursor counts only when it has fallen behind.
 */
export class Connection implements Viewer {
  readonly userId: number
  readonly serial: number
  /** The newest offset when it was opened: what came before is not its to get from the tail. */
  readonly startOffset: number
  readonly #transport: Transport
  /** Position in the tail of the next byte to send, once there is no replay. */
  #cursor: number
  /** What comes before the bytes at the cursor. */
  #replay: Replay | undefined
  /** What it is sent; undefined while that is all. */
  #filter: FrameFilter | undefined
  #isBehind = false
  #isIdle = false
  #unansweredPings = 0
  /** What the network had taken at the last ping, if a replay waited for it then. */
  #takenAtPing: number | undefined
  #closedWith: number | undefined
  #rights: Omit<Viewer, 'userId'>
  #expiresAtMs: number
  #index = -1
  /** Frames for this client alone; made when there are some, because most connections are idle. */
  #outbox: Buffer[] | undefined
  #outboxBytes = 0
  /** Settles when the last question asked so far is answered. */
  #lastAnswer: Promise<void> | undefined
  #questions = 0
  /** Waits until the outbox and the socket have room again. */
  #onSent: (() => void) | undefined

  constructor(owner: ConnectionOwner, transport: Transport, start: ConnectionStart) {
    this.userId = owner.userId
    this.serial = owner.serial
    this.#rights = owner.rights ?? NO_RIGHTS
    this.#expiresAtMs = owner.expiresAtMs ?? 0
    this.#transport = transport
    this.#cursor = start.position
    this.startOffset = start.offset
  }

  get isOpen(): boolean {
    return this.#transport.isOpen
  }

  /** Whether its user works the support desk. */
  get isAgent(): boolean {
    return this.#rights.isAgent
  }

  /** Whether its user may moderate everything. */
  get isAdmin(): boolean {
    return this.#rights.isAdmin
  }

  /** Chat → the role that its token grants there. */
  get granted(): Viewer['granted'] {
    return this.#rights.granted
  }

  /** When its token was issued, in milliseconds since 1970. */
  get issuedAtMs(): Viewer['issuedAtMs'] {
    return this.#rights.issuedAtMs
  }

  /** When its token ends, in milliseconds since 1970; 0 if never. */
  get expiresAtMs(): number {
    return this.#expiresAtMs
  }

  /** Lets it go on with what a new token of its user says. */
  renew({ rights, expiresAtMs }: Pick<Required<ConnectionOwner>, 'rights' | 'expiresAtMs'>): void {
    this.#rights = rights
    this.#expiresAtMs = expiresAtMs
  }

  get cursor(): number {
    return this.#cursor
  }

  get replay(): Replay | undefined {
    return this.#replay
  }

  get filter(): FrameFilter | undefined {
    return this.#filter
  }

  /** While it subscribes to some chats: whether it has to be told again from its cursor on. */
  get isBehind(): boolean {
    return this.#isBehind
  }

  /** Whether its client says that nobody is at it. */
  get isIdle(): boolean {
    return this.#isIdle
  }

  /** Pings sent since the client was last heard of. */
  get unansweredPings(): number {
    return this.#unansweredPings
  }

  /** The code that the server closed it with, if it did. */
  get closedWith(): number | undefined {
    return this.#closedWith
  }

  /** Its place in the fan-out's list, kept by the fan-out. */
  get index(): number {
    return this.#index
  }

  moveTo(index: number): void {
    this.#index = index
  }

  /** Puts the parts of the frame that comes before all others, before the first `pump`. */
  greet(...parts: Buffer[]): void {
    this.#outbox = this.#outbox ? [...parts, ...this.#outbox] : parts
  }

  /** Has it sent a part of the log before it follows the tail. */
  startReplay(replay: Replay): void {
    this.#replay = replay
  }

  /** Puts a frame for this client alone before what `pump` sends next. */
  enqueue(frame: Buffer): void {
    if (!this.isOpen) return
    if (!this.#outbox) this.#outbox = [frame]
    else if (this.#outbox.length < SINGLE_FRAMES) this.#outbox.push(frame)
    else this.#outbox = [Buffer.concat(this.#outbox), frame]
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
    const hasCursor = !this.#filter || this.#isBehind
    if (hasCursor && this.#cursor < tail.start) {
      this.close(CloseCode.slowConsumer)
      return
    }
    if (!this.#transport.hasRoom) return
    this.#fallBack(tail)
    const isCorked = this.#outbox !== undefined || this.#replay !== undefined
    if (isCorked) {
      this.#transport.cork()
      this.#writeOutbox()
      this.#pumpReplay(tail)
    }
    while (
      !this.#filter &&
      !this.#replay &&
      this.#cursor < tail.sealedEnd &&
      this.#transport.hasRoom
    ) {
      const bytes = tail.read(this.#cursor)
      this.#cursor += bytes.length
      this.#transport.write(bytes)
    }
    if (isCorked) this.#transport.uncork()
    if (this.#onSent && this.#isSent) this.#onSent()
  }

  /** Subscribes it to some chats, or with undefined to all; `pump` sends what that leaves to send. */
  subscribe(filter: FrameFilter | undefined, tail: Tail): void {
    if (this.#filter && !this.#isBehind) this.#cursor = tail.sealedEnd
    this.#filter = filter
    this.#isBehind = filter !== undefined
  }

  /**
   * Sends frames of the chunk that begins at a position, while it subscribes to some chats. Returns
   * false when it is behind: then `pump` will send them.
   */
  deliver(start: number, frames: readonly Buffer[]): boolean {
    if (this.#isBehind) return false
    if (this.#replay || !this.#transport.hasRoom) {
      this.#isBehind = true
      this.#cursor = start
      return false
    }
    if (!this.isOpen) return true
    if (frames.length === 1 && !this.#outbox) {
      this.#transport.write(frames[0]!)
      return true
    }
    this.#transport.cork()
    this.#writeOutbox()
    for (const frame of frames) this.#transport.write(frame)
    this.#transport.uncork()
    return true
  }

  /**
   * Calls `answer` when every earlier question is answered and the socket has room again, so that
   * large answers never pile up before a client that does not read them. One that asks on and on
   * without reading is closed with 4001.
   */
  inTurn(answer: () => Promise<void>): void {
    this.#questions += 1
    if (this.#questions > MAX_QUESTIONS) this.close(CloseCode.slowConsumer)
    this.#lastAnswer = (this.#lastAnswer ?? Promise.resolve())
      .then(async () => {
        if (!this.#isSent) await new Promise<void>((resolve) => (this.#onSent = resolve))
        this.#questions -= 1
        if (this.isOpen) await answer()
      })
      // What fails ends this connection, not the server.
      .catch(() => this.close(CloseCode.tryAgainLater))
  }

  /** Pings the client, or closes with 4001 where it has taken next to nothing since the last ping. */
  ping(): void {
    this.#unansweredPings += 1
    if (!this.isOpen) return
    if (this.#isStalled()) this.close(CloseCode.slowConsumer)
    else this.#transport.write(PING_FRAME)
  }

  /** Its client was heard of. */
  noteAlive(): void {
    this.#unansweredPings = 0
  }

  /** Its client says whether somebody is at it; false when that is no news. */
  setIdle(isIdle: boolean): boolean {
    if (this.#isIdle === isIdle) return false
    this.#isIdle = isIdle
    return true
  }

  /** Leaves what its client sends to wait in the network. */
  stopReading(): void {
    this.#transport.pause()
  }

  /** Sends a close frame; a peer that does not answer it in time is cut off. */
  close(code: CloseCode): void {
    this.#closedWith ??= code.code
    this.#emptyOutbox()
    this.#transport.closeWith(code)
  }

  /** Cuts the connection without a close frame. */
  terminate(): void {
    this.#transport.terminate()
  }

  get #isSent(): boolean {
    return this.#outboxBytes === 0 && this.#transport.hasRoom
  }

  /**
   * Whether it has hardly taken anything of its replay since the last ping. Such a client holds pages of
   * the log in memory, however often it says that it is alive.
   */
  #isStalled(): boolean {
    const isHeld = this.#replay !== undefined && !this.#transport.hasRoom
    const taken = isHeld ? this.#transport.takenBytes : undefined
    const before = this.#takenAtPing
    this.#takenAtPing = taken
    return taken !== undefined && before !== undefined && taken - before < MIN_TAKEN_BYTES
  }

  /** Begins a replay where it is too far behind to follow, or behind at all while it subscribes. */
  #fallBack(tail: Tail): void {
    if (this.#replay) return
    const behindBytes = tail.sealedEnd - this.#cursor
    if (!this.#filter) {
      if (behindBytes > SHED_BYTES) this.#shed(tail)
    } else if (this.#isBehind) {
      if (behindBytes > 0) this.#shed(tail)
      else this.#isBehind = behindBytes < 0
    }
  }

  /** Leaves out what is not durable from the cursor on: of each state, the last is told at the end. */
  #shed(tail: Tail): void {
    const from = this.#cursor
    const after = Math.max(this.startOffset, tail.offsetBefore(from))
    tail.sheds += 1
    this.#cursor = tail.sealedEnd
    this.#replay = new Replay({ after, until: tail.sealedOffset }, undefined, (now) =>
      from < now.start ? undefined : now.statesSince(from, this.#filter, this.userId),
    )
  }

  #writeOutbox(): void {
    const frames = this.#outbox ?? []
    if (frames.length > FEW_FRAMES) this.#transport.write(Buffer.concat(frames))
    else for (const frame of frames) this.#transport.write(frame)
    this.#emptyOutbox()
  }

  #pumpReplay(tail: Tail): void {
    const wake = (error?: unknown) => {
      if (error) this.close(CloseCode.tryAgainLater)
      else this.pump(tail)
    }
    while (this.#replay && this.#transport.hasRoom) {
      const bytes = this.#replay.next(tail, this.#filter, wake)
      if (bytes) {
        this.#transport.write(bytes)
      } else if (this.#replay.isDone) {
        this.#replay = undefined
        this.#fallBack(tail)
      } else break
    }
    if (this.#replay?.isLost) this.close(CloseCode.slowConsumer)
  }

  #emptyOutbox(): void {
    this.#outbox = undefined
    this.#outboxBytes = 0
  }
}
