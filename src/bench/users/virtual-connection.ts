import type { Audit } from '../audit/audit.ts'
import type { PrivateListener } from '../audit/frame-judge.ts'
import type { ParsedFrame } from '../audit/parsed-frame.ts'
import { Receiver } from '../audit/receiver.ts'
import { nowUs } from '../clock.ts'
import type { SocketEnd } from '../wire/client-socket.ts'
import type { ControlListener } from '../wire/frame-reader.ts'
import { ConnectionSocket, type Reading, type SocketOwner } from './connection-socket.ts'

/** How it stands with a connection. */
type ConnectionState = 'away' | 'connecting' | 'open' | 'leaving' | 'dropped' | 'waiting'

/** A message that was not acknowledged yet. */
export interface PendingSend {
  readonly text: string
  readonly dueUs: number
  readonly isRecorded: boolean
  /** Where chats have members, its index. */
  readonly chat: number
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
export interface Shared extends Omit<Reading, 'bytesPerSecond'> {
  readonly audit: Audit
  readonly listener: ConnectionListener
}

/** Which connection it is, and how it reads. */
export interface ConnectionSetup extends Pick<Reading, 'bytesPerSecond'> {
  readonly user: number
  /** Which of its user's connections it is, from 0. */
  readonly place: number
  /** Whether something is expected of it in time. */
  readonly isExpected: boolean
}

/** More than a user may have. */
const CONNECTIONS_EACH = 128

/** First wait before a lost connection is tried again, and the longest. */
const BACKOFF_MS = { first: 200, most: 5_000 }

/** One connection of a virtual user, over as many sockets as it takes. */
export class VirtualConnection implements SocketOwner, PrivateListener, ControlListener {
  readonly user: number
  /** Whether it is the first of its user's. */
  readonly isFirst: boolean
  /** Numbers all connections of the run from 0. */
  readonly serial: number
  readonly receiver: Receiver
  /** Serial of a message → what is known of it, in the order of sending. */
  readonly pending = new Map<number, PendingSend>()
  /** Other requests that were not answered yet: their `client_id` → the frame. */
  readonly requests = new Map<string, string>()
  readonly #isExpected: boolean
  readonly #reading: Reading
  readonly #shared: Shared
  #socket: ConnectionSocket | undefined
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
    this.#isExpected = setup.isExpected
    this.#reading = { ...shared, bytesPerSecond: setup.bytesPerSecond }
    this.#shared = shared
    this.receiver = new Receiver(shared.audit, setup.user, this)
    this.receiver.isTimed = false
  }

  get state(): ConnectionState {
    return this.#state
  }

  /** Whether it matters when it reads what it is sent. */
  get isAwaiting(): boolean {
    const awaited = this.pending.size + this.requests.size
    return this.#state !== 'open' || awaited > 0 || this.#isExpected
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
    if (by === 'terminate') this.#socket!.terminateAfterReading()
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
    this.#socket!.stall(forMs)
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
    if (this.#state === 'open') this.#socket!.ask(send.text)
    return true
  }

  /** Sends a request now, or as soon as it is connected, until it is answered. */
  request(clientId: string, text: string): void {
    if (this.#state === 'away' || this.#state === 'leaving') return
    this.requests.set(clientId, text)
    if (this.#state === 'open') this.#socket!.ask(text)
  }

  /** Sends a frame if it is connected. */
  sendText(text: string): void {
    if (this.#state === 'open') this.#socket!.sendText(text)
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
    for (const text of this.requests.values()) this.#socket!.sendText(text)
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

  #connect(dueUs: number, isResuming: boolean): void {
    const { audit } = this.#shared
    this.#state = 'connecting'
    this.#dueUs = dueUs
    this.#sinceUs = nowUs()
    this.receiver.begin(isResuming)
    audit.users.opening(this.user, dueUs)
    const resuming = `&since=${this.receiver.offsets.last}&epoch=${this.#epoch}`
    const query = `${audit.population.queryOf(this.user)}${isResuming ? resuming : ''}`
    this.#socket?.letGo()
    this.#socket = new ConnectionSocket(this, this.#reading, query)
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
    this.requests.clear()
  }
}
