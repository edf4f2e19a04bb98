import type {
  ClientFrame,
  HistoryRequest,
  NewMessage,
  NewSupportMessage,
} from '../protocol/client-frames.ts'
import { isReconnectable, retryAfterMs } from '../protocol/close-code.ts'
import { ChatwsError } from '../protocol/error.ts'
import { MAX_FRAME_BYTES } from '../protocol/limits.ts'
import type { MessagePayload, SupportMessagePayload } from '../protocol/payloads.ts'
import type {
  Ack,
  ConnectionEstablished,
  ErrorFrame,
  History,
  ServerFrame,
} from '../protocol/server-frames.ts'
import { Backoff } from './backoff.ts'
import { Emitter } from './emitter.ts'
import { HistoryRequests } from './history-requests.ts'
import { type NamedMessage, PendingSends } from './pending-sends.ts'

/** How long the server has to accept and greet a connection. */
const CONNECT_TIMEOUT_MS = 10_000

/** How long a page of history may take, reconnecting included. */
const HISTORY_TIMEOUT_MS = 30_000

/** How long to wait before a message that the server could not store is sent again. */
const RESEND_DELAY_MS = 1_000

/** The part of a browser's WebSocket that the client uses; `ws` has it too. */
export interface WebSocketLike {
  readonly readyState: number
  onmessage: ((event: { data: unknown }) => void) | null
  onclose: ((event: { code: number; reason: string }) => void) | null
  onerror: ((event: unknown) => void) | null
  send(data: string): void
  close(code?: number): void
}

export interface ChatClientOptions {
  /** `ws://host:port`, without a query. */
  readonly url: string
  readonly userId: number
  /** How many of the newest messages to get first; none unless given. At most 1,000. */
  readonly history?: number
  /** Where an earlier client stopped: what was missed since comes first. */
  readonly resumeFrom?: LogPosition
  /** Numbers in [0, 1), for the jitter of reconnecting. */
  readonly random?: () => number
}

/** A page of one chat: before an id, or the newest; of at most `limit` messages, 1 to 1,000. */
export type HistoryQuery = { before?: number; limit?: number } & (
  | { chat_id: number }
  | { support_chat_id: number }
)

/** A place in a server's log. */
export interface LogPosition {
  /** Names the history that the offset counts in. */
  readonly epoch: string
  readonly offset: number
}

/** Where the connection stands. */
export type ConnectionStatus =
  | { state: 'idle' }
  | { state: 'connecting'; attempt: number }
  | { state: 'open' }
  | { state: 'waiting'; attempt: number; delayMs: number; reason: string }
  | { state: 'closed'; error?: ChatwsError }

/** Event → what its listeners get. */
export interface ChatClientEvents {
  status: ConnectionStatus
  /** A connection was greeted: who is online, and where the log stands. */
  established: ConnectionEstablished
  presence: { userId: number; isOnline: boolean }
  message: MessagePayload
  supportMessage: SupportMessagePayload
  /** All that was missed while the connection was lost has been told. */
  resumed: { offset: number }
  /**
   * What was missed cannot be told, because the server's history is another one: what is known
   * should be read again.
   */
  gap: LogPosition
  /** The server refused a frame. */
  refused: ErrorFrame
  /** Every frame of the server, as it came. */
  frame: ServerFrame
}

/**
 * One user's connection to a server that outlives its sockets: it reconnects with back-off,
 * resumes where it was, and sends what is not acknowledged again under the same `client_id`, which
 * the server stores once. Each durable event is told once, in the order of offsets.
 */
export class ChatClient extends Emitter<ChatClientEvents> {
  readonly userId: number
  readonly #url: string
  readonly #createSocket: (url: string) => WebSocketLike
  readonly #backoff: Backoff
  readonly #pending = new PendingSends()
  readonly #historyRequests = new HistoryRequests()
  readonly #history: number
  readonly #timers = new Set<ReturnType<typeof setTimeout>>()
  #status: ConnectionStatus = { state: 'idle' }
  #socket: WebSocketLike | undefined
  #position: LogPosition | undefined

  constructor(options: ChatClientOptions, createSocket: (url: string) => WebSocketLike) {
    super()
    this.userId = options.userId
    this.#url = `${options.url}${options.url.includes('?') ? '&' : '?'}userId=${options.userId}`
    this.#createSocket = createSocket
    this.#backoff = new Backoff(options.random)
    this.#history = options.history ?? 0
    this.#position = options.resumeFrom
  }

  get status(): ConnectionStatus {
    return this.#status
  }

  /** The last durable event that was told; undefined before the first connection. */
  get position(): LogPosition | undefined {
    return this.#position
  }

  /** Messages that are not acknowledged yet. */
  get pendingSends(): number {
    return this.#pending.size
  }

  /** Starts to connect, and to reconnect whenever the connection is lost. */
  connect(): void {
    if (this.#status.state === 'idle') this.#open()
  }

  /**
   * Sends a message now, or once connected, and resolves with its ACK. A missing `client_id` is
   * filled in. Rejects when the server refuses it, the client closes, or `signal` aborts; an
   * aborted message may still have been sent.
   */
  async send(
    message: NewMessage | NewSupportMessage,
    options: { signal?: AbortSignal } = {},
  ): Promise<Ack> {
    options.signal?.throwIfAborted()
    if (this.#status.state === 'closed')
      throw new ChatwsError('CONNECT_FAILED', 'The client is closed')
    const frame: NamedMessage = { ...message, client_id: message.client_id ?? randomId() }
    // The server would close the connection for it, again after every reconnect.
    const sizeBytes = new TextEncoder().encode(JSON.stringify(frame)).length
    if (sizeBytes > MAX_FRAME_BYTES)
      throw new ChatwsError(
        'TOO_LARGE',
        `The message has ${sizeBytes} bytes; ${MAX_FRAME_BYTES} are allowed`,
      )
    const onAbort = () => this.#pending.reject(frame.client_id, options.signal?.reason)
    options.signal?.addEventListener('abort', onAbort, { once: true })
    try {
      const acknowledged = this.#pending.add(frame)
      if (this.#status.state === 'open') this.#write(frame)
      return await acknowledged
    } finally {
      options.signal?.removeEventListener('abort', onAbort)
    }
  }

  /**
   * Reads a page of one chat's messages, oldest first: the newest, or those before an id. Waits
   * for a connection. Rejects after a while without an answer, when the client closes, or when
   * `signal` aborts.
   */
  history(request: HistoryQuery, options: { signal?: AbortSignal } = {}): Promise<History> {
    if (this.#status.state === 'closed')
      return Promise.reject(new ChatwsError('CONNECT_FAILED', 'The client is closed'))
    const frame: HistoryRequest = { type: 'HISTORY', ...request }
    const timeout = AbortSignal.timeout(HISTORY_TIMEOUT_MS)
    const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout
    const answered = this.#historyRequests.add(frame, signal)
    if (this.#status.state === 'open') this.#write(frame)
    return answered
  }

  /** Closes for good; what is not acknowledged is given up. */
  close(): void {
    this.#end()
  }

  #open(): void {
    this.#setStatus({ state: 'connecting', attempt: this.#backoff.attempt + 1 })
    const isClosed = (this.#status as ConnectionStatus).state === 'closed'
    if (isClosed) return
    const socket = this.#createSocket(this.#url + this.#startQuery())
    this.#socket = socket
    const timer = this.#after(CONNECT_TIMEOUT_MS, () => {
      this.#lost(1006, 'the server does not answer')
      socket.close()
    })
    socket.onmessage = ({ data }) => {
      const frame = readFrame(data)
      if (socket !== this.#socket || !frame) return
      if (frame.type === 'CONNECTION_ESTABLISHED') this.#cancel(timer)
      this.#receive(frame)
    }
    // `onclose` follows with what there is to know.
    socket.onerror = () => {}
    socket.onclose = ({ code, reason }) => {
      this.#cancel(timer)
      if (socket === this.#socket) this.#lost(code, reason)
    }
  }

  #receive(frame: ServerFrame): void {
    this.emit('frame', frame)
    switch (frame.type) {
      case 'CONNECTION_ESTABLISHED':
        this.#backoff.reset()
        this.#position ??= {
          epoch: frame.epoch,
          offset: Math.max(0, frame.offset - this.#history),
        }
        // Before any listener hears of it: what a listener sends now must come after these.
        for (const unanswered of this.#pending.frames()) this.#write(unanswered)
        for (const unanswered of this.#historyRequests.frames()) this.#write(unanswered)
        this.#setStatus({ state: 'open' })
        this.emit('established', frame)
        break
      case 'USER_ONLINE':
      case 'USER_OFFLINE':
        this.emit('presence', { userId: frame.userId, isOnline: frame.type === 'USER_ONLINE' })
        break
      case 'MESSAGE':
        if (this.#advance(frame.payload.offset)) this.emit('message', frame.payload)
        break
      case 'SUPPORT_MESSAGE':
        if (this.#advance(frame.payload.offset)) this.emit('supportMessage', frame.payload)
        break
      case 'RESUMED':
        this.emit('resumed', { offset: frame.offset })
        break
      case 'RESUME_FAILED':
        this.#position = { epoch: frame.epoch, offset: frame.offset }
        this.emit('gap', this.#position)
        break
      case 'HISTORY':
        this.#historyRequests.settle(frame)
        break
      case 'ACK':
        this.#pending.settle(frame)
        break
      case 'ERROR':
        this.#refused(frame)
        break
    }
  }

  /** What a connection asks for at its start: to resume, or the newest messages. */
  #startQuery(): string {
    if (this.#position) {
      const { epoch, offset } = this.#position
      return `&since=${offset}&epoch=${encodeURIComponent(epoch)}`
    }
    return this.#history > 0 ? `&history=${this.#history}` : ''
  }

  /** Takes note of a durable event; false when it was told already. */
  #advance(offset: number): boolean {
    if (!this.#position || offset <= this.#position.offset) return false
    this.#position = { epoch: this.#position.epoch, offset }
    return true
  }

  #refused(frame: ErrorFrame): void {
    this.emit('refused', frame)
    if (frame.ref === undefined) return
    const { ref } = frame
    const error = new ChatwsError(frame.code, frame.message)
    if (!error.retryable) {
      this.#pending.reject(ref, error)
      return
    }
    this.#after(RESEND_DELAY_MS, () => {
      const unanswered = this.#pending.find(ref)
      if (unanswered && this.#status.state === 'open') this.#write(unanswered)
    })
  }

  #lost(code: number, reason: string): void {
    this.#socket = undefined
    const why = reason || (code === 1006 ? 'no connection' : `closed with code ${code}`)
    if (!isReconnectable(code)) {
      this.#end(new ChatwsError('CONNECTION_REFUSED', `The server refuses this connection: ${why}`))
      return
    }
    const delayMs = this.#backoff.next(retryAfterMs(reason))
    // Before the listeners hear of it, because one that closes the client ends the timer.
    this.#after(delayMs, () => this.#open())
    this.#setStatus({ state: 'waiting', attempt: this.#backoff.attempt, delayMs, reason: why })
  }

  #end(error?: ChatwsError): void {
    if (this.#status.state === 'closed') return
    for (const timer of this.#timers) clearTimeout(timer)
    const socket = this.#socket
    this.#socket = undefined
    socket?.close(1000)
    const reason = error ?? new ChatwsError('CONNECT_FAILED', 'The client was closed')
    this.#pending.rejectAll(reason)
    this.#historyRequests.rejectAll(reason)
    this.#setStatus(error ? { state: 'closed', error } : { state: 'closed' })
  }

  #write(frame: ClientFrame): void {
    this.#socket?.send(JSON.stringify(frame))
  }

  #setStatus(status: ConnectionStatus): void {
    this.#status = status
    this.emit('status', status)
  }

  #after(delayMs: number, work: () => void): ReturnType<typeof setTimeout> {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      work()
    }, delayMs)
    this.#timers.add(timer)
    return timer
  }

  #cancel(timer: ReturnType<typeof setTimeout>): void {
    clearTimeout(timer)
    this.#timers.delete(timer)
  }
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

/** 96 bits of randomness, as hex. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
