import type { ClientFrame } from '../protocol/client-frames.ts'
import {
  isReconnectable,
  KICKED,
  retryAfterMs,
  TOKEN_EXPIRED,
  withoutRetryAfter,
} from '../protocol/close-code.ts'
import { ChatwsError } from '../protocol/error.ts'
import { readServerFrame } from '../protocol/read-server-frame.ts'
import type { ServerFrame } from '../protocol/server-frames.ts'
import { Backoff } from './backoff.ts'
import { Liveness } from './liveness.ts'
import { describeFailure, type FailureEvent, type SocketFailure } from './socket-failure.ts'
import type { Timers } from './timers.ts'

/** How long the server has to accept and greet a connection. */
const CONNECT_TIMEOUT_MS = 10_000

/** A connection that ends sooner after its greeting counts as a failed attempt of the next one. */
const SHORT_MS = 5_000

/** An attempt that has not led to a connection for so long may be given up for another one. */
const STALE_MS = 1_000

/** The longest time away that a server may ask for. */
const MAX_RETRY_AFTER_MS = 10 * 60_000

/** How often an address that was right before may be refused in a row. */
const MAX_REFUSALS = 5

/** The `t` of a PING that only asks whether the server is there. */
const PROBE = 0

/** What may stand in a subprotocol, where browsers can put a token. */
const TOKEN = /^[\w.~-]+$/

/** The part of a browser's WebSocket that the client uses; `ws` has it too. */
export interface WebSocketLike {
  readonly readyState: number
  onmessage: ((event: { data: unknown }) => void) | null
  onclose: ((event: { code: number; reason: string }) => void) | null
  /** In Node the event says why; in browsers nothing does. */
  onerror: ((event: FailureEvent) => void) | null
  send(data: string): void
  close(code?: number): void
}

/** Where the connection stands. */
export type ConnectionStatus =
  | { state: 'idle' }
  | { state: 'connecting'; attempt: number }
  | { state: 'open' }
  | { state: 'waiting'; attempt: number; delayMs: number; reason: string }
  | { state: 'closed'; error?: ChatwsError }

/** A token, or what fetches one. */
export type TokenSource = string | (() => string | Promise<string>)

/** Opens a socket that offers these subprotocols. */
export type CreateSocket = (url: string, protocols: string[]) => WebSocketLike

/** What a connection asks of its owner, and tells it. */
export interface SocketOwner {
  /** Says who the user is, where the server asks. */
  readonly token: TokenSource | undefined
  /** Opens a socket to the address of this moment. */
  createSocket(protocols: string[]): WebSocketLike
  /** A frame has come. After the greeting the owner calls `opened`. */
  onFrame(frame: ServerFrame): void
  /** Something else has come, which is no frame that a chatws server sends. */
  onInvalid(data: unknown): void
  onStatus(status: ConnectionStatus): void
  /** It is over for good, before `closed` is told as the status. */
  onEnd(error: ChatwsError): void
}

/** What frames are sent through. */
export type Link = Pick<ReconnectingSocket, 'isOpen' | 'send' | 'write'>

/** A connection that outlives its sockets: it comes back, with back-off, until it is closed. */
export class ReconnectingSocket {
  readonly #owner: SocketOwner
  readonly #timers: Timers
  readonly #backoff: Backoff
  readonly #liveness: Liveness
  #cancelWait: (() => void) | undefined
  /** Ends the time that an attempt may take; attempts are numbered. */
  #cancelAttempt: (() => void) | undefined
  #attempt = 0
  #openedAtMs = 0
  #greetedAtMs: number | undefined
  #wasShort = false
  /** Whether this server has greeted before: its address is right. */
  #isKnown = false
  #refusals = 0
  #isSuspended = false
  /** Until when the server has asked to be left alone. */
  #notBeforeMs = 0
  #status: ConnectionStatus = { state: 'idle' }
  #socket: WebSocketLike | undefined
  #usedToken: string | undefined

  /** @param timers are all ended when the connection ends */
  constructor(owner: SocketOwner, timers: Timers, random?: () => number) {
    this.#owner = owner
    this.#timers = timers
    this.#backoff = new Backoff(random)
    this.#liveness = new Liveness(timers, {
      ask: () => this.write({ type: 'PING', t: PROBE }),
      giveUp: (isWoken) => {
        this.#giveUp('the server is silent')
        if (isWoken) this.wake()
      },
    })
  }

  get status(): ConnectionStatus {
    return this.#status
  }

  /** The token that the socket was opened with. */
  get usedToken(): string | undefined {
    return this.#usedToken
  }

  get isOpen(): boolean {
    return this.#status.state === 'open'
  }

  get isClosed(): boolean {
    return this.#status.state === 'closed'
  }

  /** Starts to connect, also after it was closed; while it is at it already, a call does nothing. */
  open(): void {
    if (this.#status.state === 'idle' || this.isClosed || this.#isSuspended) this.#open()
  }

  /**
   * The machine woke up, or has another network: finds out whether the server is still there, and
   * connects now if it waits to, unless the server has asked it to. An attempt that has led nowhere yet
   * begins anew: it may have gone into the network that is gone.
   */
  wake(): void {
    const { state } = this.#status
    // What failed before need not fail now, but for what ends each connection soon.
    if (state !== 'open' && !this.#wasShort) this.#backoff.reset()
    if (state === 'open') this.#liveness.woken()
    else if (state === 'waiting' && performance.now() >= this.#notBeforeMs) {
      this.#cancelWait?.()
      this.#open()
    } else if (state === 'connecting' && performance.now() - this.#openedAtMs >= STALE_MS) {
      this.#dropSocket()?.close()
      this.#open()
    }
  }

  /** Lets go of the socket for as long as nobody looks; `wake` connects again. */
  suspend(): void {
    if (this.#status.state === 'idle' || this.isClosed) return
    this.#dropSocket()?.close(1000)
    this.#cancelWait?.()
    this.#isSuspended = true
    this.#setStatus({ state: 'waiting', attempt: 0, delayMs: 0, reason: 'suspended' })
  }

  /** The greeting has come, and what must go before everything else was written. */
  opened(): void {
    this.#setStatus({ state: 'open' })
    if (this.isOpen) this.#liveness.start()
  }

  /** Writes a frame if the connection is open, and drops it otherwise. */
  send(frame: ClientFrame): void {
    if (this.isOpen) this.write(frame)
  }

  /** Writes a frame to the socket there is, also before the connection counts as open. */
  write(frame: ClientFrame): void {
    if (!this.#socket) return
    this.#liveness.said()
    this.#socket.send(JSON.stringify(frame))
  }

  /** Closes for good. */
  close(): void {
    this.#end()
  }

  #open(): void {
    this.#isSuspended = false
    this.#openedAtMs = performance.now()
    this.#setStatus({ state: 'connecting', attempt: this.#backoff.attempt + 1 })
    if (this.isClosed) return
    const { token } = this.#owner
    if (typeof token === 'function') this.#fetchToken(token)
    else this.#openSocket(token)
  }

  /** Opens a socket with a new token; without one it is tried again later. */
  #fetchToken(fetch: () => string | Promise<string>): void {
    const attempt = this.#attempt
    this.#cancelAttempt = this.#timers.after(CONNECT_TIMEOUT_MS, () =>
      this.#lost(1006, 'no token comes'),
    )
    const settle = (next: () => void) => {
      // Another attempt has begun, or this one was given up.
      if (this.#attempt !== attempt) return
      this.#cancelAttempt?.()
      next()
    }
    new Promise<string>((resolve) => resolve(fetch())).then(
      (token) => settle(() => this.#openSocket(token)),
      (error) => settle(() => this.#lost(1006, `no token: ${textOf(error)}`)),
    )
  }

  #openSocket(token: string | undefined): void {
    if (token !== undefined && !TOKEN.test(token)) {
      this.#end(new ChatwsError('USAGE', 'The token is not a JSON Web Token'))
      return
    }
    const socket = this.#createSocket(token === undefined ? [] : ['chatws', `bearer.${token}`])
    if (!socket) return
    this.#socket = socket
    this.#usedToken = token
    let failure: SocketFailure | undefined
    this.#cancelAttempt = this.#timers.after(CONNECT_TIMEOUT_MS, () =>
      this.#giveUp('the server does not answer'),
    )
    socket.onmessage = ({ data }) => {
      if (socket !== this.#socket) return
      this.#liveness.heard()
      const frame = readServerFrame(data)
      if (frame?.type === 'CONNECTION_ESTABLISHED') {
        this.#cancelAttempt?.()
        this.#greeted()
      }
      if (!frame) this.#owner.onInvalid(data)
      else if (frame.type !== 'PONG' || frame.t !== PROBE) this.#owner.onFrame(frame)
    }
    // `onclose` follows; what it does not know stands here.
    socket.onerror = (event) => {
      failure = describeFailure(event)
    }
    socket.onclose = ({ code, reason }) => {
      if (socket === this.#socket) this.#lost(code, reason, failure)
    }
  }

  /** A socket, unless the platform refuses the address. */
  #createSocket(protocols: string[]): WebSocketLike | undefined {
    try {
      return this.#owner.createSocket(protocols)
    } catch (error) {
      this.#end(new ChatwsError('USAGE', `Cannot connect: ${textOf(error)}`, { cause: error }))
      return undefined
    }
  }

  #greeted(): void {
    this.#greetedAtMs = performance.now()
    this.#isKnown = true
    this.#refusals = 0
    // What ends each connection at once, such as a question that is asked again, must not be
    // repeated as fast as can be.
    if (!this.#wasShort) this.#backoff.reset()
  }

  /** The socket leads nowhere, though it is open. */
  #giveUp(reason: string): void {
    const socket = this.#socket
    this.#lost(1006, reason)
    socket?.close()
  }

  /** Forgets the socket and all that is known of it. */
  #dropSocket(): WebSocketLike | undefined {
    const socket = this.#socket
    this.#socket = undefined
    this.#liveness.stop()
    this.#cancelAttempt?.()
    this.#attempt += 1
    return socket
  }

  #lost(code: number, reason: string, failure?: SocketFailure): void {
    this.#dropSocket()
    const wasGreeted = this.#greetedAtMs !== undefined
    const openMs = performance.now() - (this.#greetedAtMs ?? 0)
    if (wasGreeted) this.#wasShort = openMs < SHORT_MS
    this.#greetedAtMs = undefined
    const what = code === 1006 ? 'no connection' : `closed with code ${code}`
    const why = withoutRetryAfter(reason) || (failure?.reason ?? what)
    if (failure?.isPermanent) this.#refusals += 1
    if (this.#refusals > (this.#isKnown ? MAX_REFUSALS : 0)) {
      this.#end(new ChatwsError('CONNECTION_REFUSED', `Cannot connect: ${why}`))
      return
    }
    const isRenewable = code === TOKEN_EXPIRED && typeof this.#owner.token === 'function'
    if (!isRenewable && !isReconnectable(code)) {
      this.#end(new ChatwsError('CONNECTION_REFUSED', describeRefusal(code, why, wasGreeted)))
      return
    }
    const askedMs = Math.min(retryAfterMs(reason) ?? 0, MAX_RETRY_AFTER_MS)
    this.#notBeforeMs = performance.now() + askedMs
    const delayMs = this.#backoff.next(askedMs)
    // Before the listeners hear of it, because one that closes the client ends the timer.
    this.#cancelWait = this.#timers.after(delayMs, () => this.#open())
    this.#setStatus({ state: 'waiting', attempt: this.#backoff.attempt, delayMs, reason: why })
  }

  #end(error?: ChatwsError): void {
    if (this.isClosed) return
    this.#timers.clear()
    this.#dropSocket()?.close(1000)
    this.#owner.onEnd(error ?? new ChatwsError('CONNECT_FAILED', 'The client was closed'))
    this.#setStatus(error ? { state: 'closed', error } : { state: 'closed' })
  }

  #setStatus(status: ConnectionStatus): void {
    this.#status = status
    this.#owner.onStatus(status)
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Why there will be no connection any more, for who had one, or was to have one. */
function describeRefusal(code: number, why: string, wasGreeted: boolean): string {
  if (code === KICKED) return `An admin has sent this user away: ${why}`
  return `The server ${wasGreeted ? 'has ended' : 'refuses'} this connection: ${why}`
}
