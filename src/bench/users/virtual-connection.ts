import type { Audit } from '../audit/audit.ts'
import type { PrivateListener } from '../audit/frame-judge.ts'
import type { ParsedFrame } from '../audit/parsed-frame.ts'
import { Receiver } from '../audit/receiver.ts'
import { nowUs } from '../clock.ts'
import {
  ClientSocket,
  type SocketEnd,
  type SocketListener,
  type SocketTarget,
} from '../wire/client-socket.ts'
import type { ControlListener } from '../wire/frame-reader.ts'
import type { ReadCoalescer } from './read-coalescer.ts'

/** How it stands with a connection. */
type ConnectionState = 'away' | 'connecting' | 'open' | 'leaving' | 'dropped' | 'waiting'

/** A message that was not acknowledged yet. */
export interface PendingSend {
  readonly text: string
  readonly dueUs: number
  readonly isRecorded: boolean
  /** Whether it went out more than once, which may be answered more than once. */
  isRepeated: boolean
}

/** Hears what becomes of connections. */
export interface ConnectionListener {
  onGreeted(connection: VirtualConnection, dueUs: number, isResuming: boolean): void
  onResumed(dueUs: number): void
  onPrivate(connection: VirtualConnection, frame: ParsedFrame, nowUs: number): void
  /** It left before so many messages were answered. */
  onAbandoned(messages: number): void
  /** It ended although it was not told to; the listener may `reconnect` it. */
  onLost(connection: VirtualConnection, end: SocketEnd, wasOpen: boolean): void
}

/** What all connections of a generator share. */
export interface Shared {
  readonly target: SocketTarget
  readonly audit: Audit
  readonly coalescer: ReadCoalescer
  readonly listener: ConnectionListener
  /** Something of a socket was read: others may be waiting to send. */
  readonly onTurn: (nowUs: number) => void
}

/** Which connection it is, and how it reads. */
export interface ConnectionSetup {
  readonly user: number
  /** Which of its user's connections it is, from 0. */
  readonly place: number
  /** Bytes a second that it reads; 0: as many as come. */
  readonly bytesPerSecond: number
  /** Whether something is expected of it in time. */
  readonly isExpected: boolean
}

/** More than a user may have. */
const CONNECTIONS_EACH = 128

/** First wait before a lost connection is tried again, and the longest. */
const BACKOFF_MS = { first: 200, most: 5_000 }

/** One connection of a virtual user, over as many sockets as it takes. */
export class VirtualConnection implements SocketListener, PrivateListener, ControlListener {
  readonly user: number
  /** Whether it is the first of its user's. */
  readonly isFirst: boolean
  /** Numbers all connections of the run from 0. */
  readonly serial: number
  readonly receiver: Receiver
  /** Serial of a message → what is known of it, in the order of sending. */
  readonly pending = new Map<number, PendingSend>()
  readonly #setup: ConnectionSetup
  readonly #shared: Shared
  #socket: ClientSocket | undefined
  #state: ConnectionState = 'away'
  #epoch: string | undefined
  #dueUs = 0
  #sinceUs = 0
  #attempts = 0
  #knownAtLeave = 0
  #timer: NodeJS.Timeout | undefined

  constructor(setup: ConnectionSetup, shared: Shared) {
    this.user = setup.user
    this.isFirst = setup.place === 0
    this.serial = setup.user * CONNECTIONS_EACH + setup.place
    this.#setup = setup
    this.#shared = shared
    this.receiver = new Receiver(shared.audit, setup.user, this)
    this.receiver.isTimed = false
  }

  get state(): ConnectionState {
    return this.#state
  }

  /** For how long it has been connecting, in microseconds; 0 when it is not. */
  connectingUs(now: number): number {
    return this.#state === 'connecting' || this.#state === 'leaving' ? now - this.#sinceUs : 0
  }

  /** Comes: a new start, that knows nothing of the log. */
  join(dueUs: number): void {
    clearTimeout(this.#timer)
    if (this.#state === 'leaving') this.#settle()
    this.#epoch = undefined
    this.#attempts = 0
    this.#connect(dueUs, false)
  }

  /** Comes back after `delayMs`, and resumes where it was. */
  reconnect(delayMs: number, dueUs = nowUs() + delayMs * 1e3): void {
    this.#state = 'waiting'
    this.#timer = setTimeout(() => this.#connect(dueUs, this.#epoch !== undefined), delayMs)
  }

  /** The wait before the next try, longer each time. */
  nextBackoffMs(): number {
    const longest = Math.min(BACKOFF_MS.most, BACKOFF_MS.first * 2 ** this.#attempts++)
    return longest * (0.5 + Math.random() / 2)
  }

  /** Leaves for good, in order. */
  leave(): void {
    clearTimeout(this.#timer)
    const now = nowUs()
    switch (this.#state) {
      case 'open':
        this.#state = 'leaving'
        this.#sinceUs = now
        this.#shared.audit.users.closed(this.user, now)
        this.#knownAtLeave = this.#shared.audit.stream.lastOffset
        this.#socket?.release()
        this.#socket?.close()
        break
      case 'connecting':
        this.#shared.audit.users.gaveUp(this.user)
        this.#state = 'leaving'
        this.#sinceUs = now
        this.#socket?.terminate()
        break
      case 'waiting':
      case 'dropped':
        this.#state = 'away'
        this.#abandon()
        break
    }
  }

  /** Is cut off or closes, on purpose, to come back after `delayMs`; false when it is not open. */
  drop(by: 'terminate' | 'close', delayMs: number): boolean {
    if (this.#state !== 'open') return false
    this.#state = 'dropped'
    this.#shared.audit.users.closed(this.user, nowUs())
    this.#socket!.release()
    if (by === 'terminate') this.#cutAfterReading(this.#socket!)
    else this.#socket!.close()
    this.#timer = setTimeout(() => {
      this.#socket?.terminate()
      this.#connect(nowUs(), true)
    }, delayMs)
    return true
  }

  /** Reads nothing for a while; false when it is not open. */
  stall(forMs: number): boolean {
    if (this.#state !== 'open') return false
    this.#socket!.pauseFor(forMs)
    return true
  }

  /** Cuts it off, for a reason that is told. */
  terminate(reason?: string): void {
    this.#socket?.terminate(reason)
  }

  /** Ends it at once, whatever it does. */
  end(): void {
    clearTimeout(this.#timer)
    this.#state = 'away'
    this.#socket?.terminate()
  }

  /** Sends a message now, or as soon as it is connected; false when it is not here. */
  sendMessage(serial: number, send: PendingSend): boolean {
    if (this.#state === 'away' || this.#state === 'leaving') return false
    this.pending.set(serial, send)
    if (this.#state !== 'open') return true
    // The time of its ACK counts.
    this.#socket!.release()
    this.#socket!.sendText(send.text)
    return true
  }

  /** Sends a frame if it is connected. */
  sendText(text: string): void {
    if (this.#state === 'open') this.#socket!.sendText(text)
  }

  onBytes(bytes: Buffer, at: number, length: number): void {
    const now = nowUs()
    this.receiver.read(bytes, at, length, now)
    this.#shared.onTurn(now)
    const { bytesPerSecond } = this.#setup
    // After some bytes, it reads nothing until so many were due.
    if (bytesPerSecond > 0) this.#socket?.pauseFor(((length - at) / bytesPerSecond) * 1000)
    else if (this.#mayGather) this.#shared.coalescer.hold(this.#socket!, length - at, now)
  }

  onGreeting(frame: ParsedFrame): void {
    if (this.#state !== 'connecting') return
    const isResuming = this.#epoch !== undefined
    this.#state = 'open'
    this.#epoch = String(frame.epoch)
    this.#attempts = 0
    this.#shared.audit.users.opened(this.user)
    for (const send of this.pending.values()) {
      send.isRepeated ||= isResuming
      this.#socket!.sendText(send.text)
    }
    this.#shared.listener.onGreeted(this, this.#dueUs, isResuming)
  }

  onPrivate(frame: ParsedFrame, now: number): void {
    if (frame.type === 'RESUMED') this.#shared.listener.onResumed(this.#dueUs)
    this.#shared.listener.onPrivate(this, frame, now)
  }

  onPing(payload: Buffer): void {
    this.#socket?.pong(payload)
  }

  onClose(payload: Buffer): void {
    this.#socket?.onClose(payload)
  }

  onEnd(end: SocketEnd): void {
    const was = this.#state
    this.receiver.end()
    if (was === 'dropped' || was === 'waiting') return
    this.#socket = undefined
    this.#state = 'away'
    if (was === 'leaving') this.#settle()
    if (was !== 'open' && was !== 'connecting') return
    if (was === 'open') this.#shared.audit.users.closed(this.user, nowUs())
    else this.#shared.audit.users.gaveUp(this.user)
    this.#shared.listener.onLost(this, end, was === 'open')
  }

  /** Whether it does not matter when it reads what it is sent. */
  get #mayGather(): boolean {
    const { isTimed, isFollowing } = this.receiver
    return (
      !isTimed &&
      isFollowing &&
      this.#state === 'open' &&
      this.pending.size === 0 &&
      !this.#setup.isExpected
    )
  }

  /** Cuts a socket off once it has read what the kernel holds for it: two turns of the loop. */
  #cutAfterReading(socket: ClientSocket): void {
    setImmediate(() =>
      setImmediate(() => {
        if (socket.isMute) return
        socket.mute()
        this.receiver.end()
        socket.terminate()
      }),
    )
  }

  #connect(dueUs: number, isResuming: boolean): void {
    const { audit, target } = this.#shared
    this.#state = 'connecting'
    this.#dueUs = dueUs
    this.#sinceUs = nowUs()
    this.receiver.begin(isResuming)
    audit.users.opening(this.user, dueUs)
    const resuming = `&since=${this.receiver.offsets.last}&epoch=${this.#epoch}`
    const query = `${audit.population.queryOf(this.user)}${isResuming ? resuming : ''}`
    this.#socket?.mute()
    this.#socket = new ClientSocket(target, query, this, this.serial)
  }

  /** It has left: what it did not get and was not answered was under way. */
  #settle(): void {
    this.receiver.settle(this.#knownAtLeave)
    this.#abandon()
  }

  /** Nobody waits any more for the answers to what was sent. */
  #abandon(): void {
    if (this.pending.size > 0) this.#shared.listener.onAbandoned(this.pending.size)
    this.pending.clear()
  }
}
