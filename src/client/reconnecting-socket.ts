import type { ClientFrame } from '../protocol/client-frames.ts'
import { CloseCode, isReconnectable, retryAfterMs } from '../protocol/close-code.ts'
import { ChatwsError } from '../protocol/error.ts'
import type { ServerFrame } from '../protocol/server-frames.ts'
import { Backoff } from './backoff.ts'
import type { Timers } from './timers.ts'

/** How long the server has to accept and greet a connection. */
const CONNECT_TIMEOUT_MS = 10_000

/** What may stand in a subprotocol, where browsers can put a token. */
const TOKEN = /^[\w.~-]+$/

/** The part of a browser's WebSocket that the client uses; `ws` has it too. */
export interface WebSocketLike {
  readonly readyState: number
  onmessage: ((event: { data: unknown }) => void) | null
  onclose: ((event: { code: number; reason: string }) => void) | null
  onerror: ((event: unknown) => void) | null
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
  #status: ConnectionStatus = { state: 'idle' }
  #socket: WebSocketLike | undefined

  /** @param timers are all ended when the connection ends */
  constructor(owner: SocketOwner, timers: Timers, random?: () => number) {
    this.#owner = owner
    this.#timers = timers
    this.#backoff = new Backoff(random)
  }

  get status(): ConnectionStatus {
    return this.#status
  }

  get isOpen(): boolean {
    return this.#status.state === 'open'
  }

  get isClosed(): boolean {
    return this.#status.state === 'closed'
  }

  /** Starts to connect; a second call does nothing. */
  open(): void {
    if (this.#status.state === 'idle') this.#open()
  }

  /** The greeting has come, and what must go before everything else was written. */
  opened(): void {
    this.#setStatus({ state: 'open' })
  }

  /** Writes a frame if the connection is open, and drops it otherwise. */
  send(frame: ClientFrame): void {
    if (this.isOpen) this.write(frame)
  }

  /** Writes a frame to the socket there is, also before the connection counts as open. */
  write(frame: ClientFrame): void {
    this.#socket?.send(JSON.stringify(frame))
  }

  /** Closes for good. */
  close(): void {
    this.#end()
  }

  #open(): void {
    this.#setStatus({ state: 'connecting', attempt: this.#backoff.attempt + 1 })
    if (this.isClosed) return
    const { token } = this.#owner
    if (typeof token === 'function') this.#fetchToken(token)
    else this.#openSocket(token)
  }

  /** Opens a socket with a new token; without one it is tried again later. */
  #fetchToken(fetch: () => string | Promise<string>): void {
    let isLate = false
    const cancelTimeout = this.#timers.after(CONNECT_TIMEOUT_MS, () => {
      isLate = true
      this.#lost(1006, 'no token comes')
    })
    const settle = (next: () => void) => {
      cancelTimeout()
      if (!isLate && !this.isClosed) next()
    }
    new Promise<string>((resolve) => resolve(fetch())).then(
      (token) => settle(() => this.#openSocket(token)),
      (error) => settle(() => this.#lost(1006, `no token: ${messageOf(error)}`)),
    )
  }

  #openSocket(token: string | undefined): void {
    if (token !== undefined && !TOKEN.test(token)) {
      this.#end(new ChatwsError('USAGE', 'The token is not a JSON Web Token'))
      return
    }
    const socket = this.#owner.createSocket(
      token === undefined ? [] : ['chatws', `bearer.${token}`],
    )
    this.#socket = socket
    const cancelTimeout = this.#timers.after(CONNECT_TIMEOUT_MS, () => {
      this.#lost(1006, 'the server does not answer')
      socket.close()
    })
    socket.onmessage = ({ data }) => {
      const frame = readFrame(data)
      if (socket !== this.#socket || !frame) return
      if (frame.type === 'CONNECTION_ESTABLISHED') {
        cancelTimeout()
        this.#backoff.reset()
      }
      this.#owner.onFrame(frame)
    }
    // `onclose` follows with what there is to know.
    socket.onerror = () => {}
    socket.onclose = ({ code, reason }) => {
      cancelTimeout()
      if (socket === this.#socket) this.#lost(code, reason)
    }
  }

  #lost(code: number, reason: string): void {
    this.#socket = undefined
    const why = reason || (code === 1006 ? 'no connection' : `closed with code ${code}`)
    const isRenewable =
      code === CloseCode.tokenExpired.code && typeof this.#owner.token === 'function'
    if (!isRenewable && !isReconnectable(code)) {
      this.#end(new ChatwsError('CONNECTION_REFUSED', `The server refuses this connection: ${why}`))
      return
    }
    const delayMs = this.#backoff.next(retryAfterMs(reason))
    // Before the listeners hear of it, because one that closes the client ends the timer.
    this.#timers.after(delayMs, () => this.#open())
    this.#setStatus({ state: 'waiting', attempt: this.#backoff.attempt, delayMs, reason: why })
  }

  #end(error?: ChatwsError): void {
    if (this.isClosed) return
    this.#timers.clear()
    const socket = this.#socket
    this.#socket = undefined
    socket?.close(1000)
    this.#owner.onEnd(error ?? new ChatwsError('CONNECT_FAILED', 'The client was closed'))
    this.#setStatus(error ? { state: 'closed', error } : { state: 'closed' })
  }

  #setStatus(status: ConnectionStatus): void {
    this.#status = status
    this.#owner.onStatus(status)
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** What a server sent, unless it is no frame at all: that is not a chatws server's, and is dropped. */
function readFrame(data: unknown): ServerFrame | undefined {
  try {
    const frame: unknown = JSON.parse(String(data))
    const isFrame = typeof frame === 'object' && frame !== null && 'type' in frame
    return isFrame ? (frame as ServerFrame) : undefined
  } catch {
    return undefined
  }
}
