import { type ChatRef, onlyChat } from '../protocol/chat.ts'
import type { ChatwsError } from '../protocol/error.ts'
import type { AnswerFrame } from '../protocol/questions.ts'
import type { ConnectionEstablished, ServerFrame } from '../protocol/server-frames.ts'
import {
  type ChatClientEvents,
  DURABLE_EVENTS,
  type DurableFrame,
  isDurable,
  isOwn,
} from './client-events.ts'
import { LogCursor, type LogPosition } from './log-cursor.ts'
import { Names } from './names.ts'
import { OwnMessages } from './own-messages.ts'
import { type Cursor, ReceiptSender } from './receipt-sender.ts'
import {
  type ConnectionStatus,
  type CreateSocket,
  ReconnectingSocket,
  type TokenSource,
} from './reconnecting-socket.ts'
import { Requests } from './requests.ts'
import { Subscription } from './subscription.ts'
import { Timers } from './timers.ts'
import { TokenRenewal } from './token-renewal.ts'
import { TypingSender } from './typing-sender.ts'
import { Typists } from './typists.ts'
import type { UploadServer } from './uploads.ts'

export interface ChatClientOptions {
  /** `ws://host:port`, without a query. */
  readonly url: string
  readonly userId: number
  /**
   * Says who the user is, where the server asks: a JSON Web Token, or what fetches one. A function
   * is asked anew for every connection, and before a token ends.
   */
  readonly token?: TokenSource
  /** How many of the newest messages to get first; none unless given. At most 1,000. */
  readonly history?: number
  /** Where an earlier client stopped: what was missed since comes first. */
  readonly resumeFrom?: LogPosition
  /** Numbers in [0, 1), for the jitter of reconnecting. */
  readonly random?: () => number
}

/** Tells an event of the client to its listeners. */
type Tell = <Name extends keyof ChatClientEvents>(name: Name, event: ChatClientEvents[Name]) => void

/**
 * What a client is made of, and how the parts meet: what comes in is told as events, and what a
 * new connection must know is said to it again.
 */
export class Session {
  readonly userId: number
  readonly connection: ReconnectingSocket
  readonly log: LogCursor
  readonly requests: Requests
  readonly receipts: ReceiptSender
  readonly typing: TypingSender
  readonly server: UploadServer
  readonly names: Names
  readonly #tell: Tell
  readonly #timers = new Timers()
  readonly #own: OwnMessages
  readonly #typists: Typists
  readonly #renewal: TokenRenewal
  #subscription = new Subscription()
  #activity: 'active' | 'idle' = 'active'
  #isSayingAgain = false

  constructor(options: ChatClientOptions, createSocket: CreateSocket, tell: Tell) {
    this.userId = options.userId
    this.#tell = tell
    this.log = new LogCursor(options.resumeFrom, options.history ?? 0)
    const url = `${options.url}${options.url.includes('?') ? '&' : '?'}userId=${options.userId}`
    const owner = {
      token: options.token,
      createSocket: (protocols: string[]) => createSocket(url + this.log.startQuery(), protocols),
      onFrame: (frame: ServerFrame) => {
        if (!this.#own.holds(frame)) this.#receive(frame)
      },
      onInvalid: (data: unknown) => tell('invalid', { data }),
      onStatus: (status: ConnectionStatus) => {
        if (status.state !== 'open') this.#renewal.stop()
        if (status.state === 'closed') this.#own.clear()
        else if (status.state === 'waiting') this.#own.release()
        tell('status', status)
      },
      onEnd: (error: ChatwsError) => this.requests.rejectAll(error),
    }
    const timers = this.#timers
    this.connection = new ReconnectingSocket(owner, timers, options.random)
    this.#renewal = new TokenRenewal(options.token, timers, this.connection)
    this.requests = new Requests(this.connection, timers)
    const own = {
      userId: this.userId,
      isSending: () => this.requests.isSendingMessages,
      take: (frame: ServerFrame) => this.#receive(frame),
    }
    this.#own = new OwnMessages(own, timers)
    this.receipts = new ReceiptSender(this.connection, timers)
    this.typing = new TypingSender(this.connection)
    this.server = options
    this.names = new Names({
      userId: this.userId,
      ask: (ids) => this.requests.ask({ type: 'USERS', ids }, undefined),
      onChange: (ids) => tell('names', { ids }),
    })
    this.#typists = new Typists(timers, (typing) => tell('typing', typing))
  }

  get subscription(): Subscription {
    return this.#subscription
  }

  /** From now on the client wants to hear of these chats. */
  narrow(subscription: Subscription): void {
    this.#subscription = subscription
    const { chats, support_chats } = subscription.frame
    this.#tell('narrowed', { ...(chats && { chats }), ...(support_chats && { support_chats }) })
  }

  setActivity(state: 'active' | 'idle'): void {
    if (state === this.#activity) return
    this.#activity = state
    this.connection.send({ type: 'ACTIVITY', state })
  }

  /** The user has come further in a chat. */
  moved(chat: ChatRef, to: Partial<Cursor>): void {
    const cursor = this.receipts.moved(chat, to)
    if (cursor)
      this.#tell('receipt', { type: 'RECEIPT', ...onlyChat(chat), userId: this.userId, ...cursor })
  }

  /** The user has come further in the thread that begins with a message. */
  readThread(chat: ChatRef, thread: number, id: number): void {
    if (this.receipts.readThread(chat, thread, id))
      this.#tell('threadRead', { ...onlyChat(chat), thread, id })
  }

  #receive(frame: ServerFrame): void {
    this.#tell('frame', frame)
    if (isDurable(frame)) {
      this.#tellDurable(frame)
      return
    }
    switch (frame.type) {
      case 'CONNECTION_ESTABLISHED':
        this.#greeted(frame)
        break
      case 'USER_ONLINE':
      case 'USER_OFFLINE': {
        const { type, userId, timestamp } = frame
        this.#tell('presence', { userId, isOnline: type === 'USER_ONLINE', timestamp })
        break
      }
      case 'USER_ACTIVITY':
        this.#tell('activity', frame)
        break
      case 'ANNOUNCEMENT':
        this.#tell('announcement', frame)
        break
      case 'TYPING':
        if (this.#subscription.includes(frame)) this.#typists.heard(frame)
        break
      case 'RECEIPT':
        if (frame.userId === this.userId) this.receipts.confirmed(frame, frame)
        if (this.#subscription.includes(frame)) this.#tell('receipt', frame)
        break
      case 'OFFSET':
        this.log.reached(frame.offset)
        break
      case 'RESUMED':
        this.log.reached(frame.offset)
        this.#tell('resumed', { offset: frame.offset })
        break
      case 'RESUME_FAILED': {
        const position = { epoch: frame.epoch, offset: frame.offset }
        this.log.restart(position)
        this.#own.restart()
        this.names.clear()
        this.#tell('gap', position)
        break
      }
      case 'ACK':
        this.#own.acknowledged(frame)
        this.requests.acknowledged(frame)
        this.#own.goOn()
        break
      case 'PONG':
        this.requests.pong(frame.t)
        break
      case 'AUTHENTICATED':
        break
      case 'ERROR':
        this.#tell('refused', frame)
        this.requests.refused(frame)
        this.#own.goOn()
        if (frame.code === 'RATE_LIMITED' && frame.ref === undefined)
          this.#sayAgain(frame.retry_after_ms)
        break
      case 'MEMBERS':
        this.names.heard(frame)
        this.#answered(frame)
        break
      case 'CHATS':
        for (const chat of frame.chats) this.receipts.confirmed(chat, chat)
        this.#answered(frame)
        break
      default:
        // What is no answer is of a newer server.
        this.#answered(frame)
    }
  }

  #greeted(frame: ConnectionEstablished): void {
    if (!this.log.greeted(frame)) {
      this.receipts.reset()
      this.#own.restart()
      this.requests.forgetHistory()
      this.names.clear()
    }
    this.typing.reset()
    // Before any listener hears of it: what a listener sends now must come after these.
    this.requests.repeat(frame, this.#subscription.isNarrow ? this.#subscription.frame : undefined)
    if (this.#activity === 'idle') this.connection.write({ type: 'ACTIVITY', state: 'idle' })
    this.connection.opened()
    this.#renewal.opened(this.connection.usedToken, frame.timestamp)
    this.receipts.repeat()
    this.names.connected()
    this.#tell('established', frame)
  }

  /** What has no answer may have been refused: says it again after a while. */
  #sayAgain(delayMs = 1_000): void {
    if (this.#isSayingAgain) return
    this.#isSayingAgain = true
    this.#timers.after(delayMs, () => {
      this.#isSayingAgain = false
      this.receipts.repeat()
      this.connection.send({ type: 'ACTIVITY', state: this.#activity })
    })
  }

  #answered(frame: AnswerFrame): void {
    if (!this.requests.isAwaited(frame)) return
    this.#tell('answer', frame)
    this.requests.answered(frame)
  }

  /** Tells a durable event, once, if it is of a chat that the client wants to hear of. */
  #tellDurable(frame: DurableFrame): void {
    const event = 'payload' in frame ? frame.payload : frame
    const { offset } = event
    if (!(isOwn(frame) ? this.log.advanceOwn(offset) : this.log.advance(offset))) return
    // What is said in a chat; what a chat is, and who is in it, is always of interest.
    const isSaid =
      'payload' in frame || frame.type === 'REACTION' || frame.type === 'MESSAGE_PINNED'
    if (isSaid && !this.#subscription.includes(event as ChatRef)) return
    // Whoever has said it does not type it any more.
    const isMessage = frame.type === 'MESSAGE' || frame.type === 'SUPPORT_MESSAGE'
    if (isMessage) this.#typists.stopped(frame.payload, frame.payload.sender_id)
    this.names.heard(frame)
    const client_id = this.#own.nameOf(offset)
    const isNamed = isMessage && client_id !== undefined
    const told = isNamed ? { ...event, client_id } : event
    this.#tell(DURABLE_EVENTS[frame.type], told as never)
  }
}
