import { type Chat, chatKey, chatRef } from '../../protocol/chat.ts'
import type { ClientFrame } from '../../protocol/client-frames.ts'
import { CloseCode } from '../../protocol/close-code.ts'
import type { ChatwsError } from '../../protocol/error.ts'
import { MAX_FRAME_BYTES } from '../../protocol/limits.ts'
import { parseClientFrame } from '../../protocol/parse-client-frame.ts'
import type {
  ConnectionEstablished,
  ErrorFrame,
  ServerFrame,
} from '../../protocol/server-frames.ts'
import type { ChatCursor } from '../../storage/conversation.ts'
import type { LogEntry } from '../../storage/entries.ts'
import type { Store } from '../../storage/store.ts'
import type { Identity } from '../auth/token-verifier.ts'
import { Broadcaster } from '../delivery/broadcaster.ts'
import { Connection, type Transport } from '../delivery/connection.ts'
import { FanOut } from '../delivery/fan-out.ts'
import { encodeFrame } from '../frames/encode-frame.ts'
import { PageCache } from '../log/page-cache.ts'
import { Tail } from '../log/tail.ts'
import { Writer } from '../log/writer.ts'
import { PresenceAnnouncer } from '../presence/announcer.ts'
import { Receipts, receiptFrame } from '../presence/receipts.ts'
import type { PresenceRegistry } from '../presence/registry.ts'
import { TypingTracker } from '../presence/typing.ts'
import type { NodeFigures } from '../telemetry/figures.ts'
import type { Refusals } from '../telemetry/refusals.ts'
import type { ServerLog } from '../telemetry/server-log.ts'
import type { UploadGate } from '../uploads/upload-gate.ts'
import type { ConnectRequest } from './connect-request.ts'
import { dispatch } from './dispatch.ts'
import { Greeting } from './greeting.ts'
import type { HandlerContext } from './handlers/handler.ts'

/** Bytes of the newest frames kept in memory for connections that lag. */
const TAIL_BYTES = 16 * 1024 * 1024

/** How often narrowed connections are told how far the log has come, while it grows. */
const OFFSET_INTERVAL_MS = 10_000

export interface ChatNodeOptions {
  readonly store: Store
  readonly serverLog: ServerLog
  /** Counts the frames that are answered with an ERROR. */
  readonly refusals: Refusals
  /** How long a message may wait for a store that is away. */
  readonly patienceMs: number
  /** How long a user without any connection still counts as online. */
  readonly offlineGraceMs: number
  /** Users who work the support desk, whatever their role. */
  readonly agents: ReadonlySet<number>
  /** Told how long each stored batch took. */
  readonly onCommitTime?: (tookMs: number) => void
  /** Told how long each flush to the connections took. */
  readonly onFlushTime?: (tookMs: number) => void
  /** Lets only those messages pass that name uploads their sender may use. */
  readonly uploadGate?: UploadGate | undefined
}

/** Where everything meets: who is connected, what they send, and what all are told. */
export class ChatNode {
  /** What is asked of clients; told to each that connects. */
  limits: ConnectionEstablished['limits'] = { maxMessageBytes: MAX_FRAME_BYTES }
  readonly #options: ChatNodeOptions
  readonly #store: Store
  readonly #serverLog: ServerLog
  readonly #tail: Tail
  readonly #fanOut: FanOut
  readonly #broadcaster: Broadcaster
  readonly #writer: Writer<Connection>
  readonly #receipts: Receipts
  readonly #users: PresenceAnnouncer
  readonly #typing = new TypingTracker((...typing) => this.#tellTyping(...typing))
  readonly #context: HandlerContext
  readonly #greeting: Greeting
  #serial = 0
  readonly #closed = new Map<number, number>([[CloseCode.slowConsumer.code, 0]])
  #stored = 0
  #offsetsTold = { offset: 0, atMs: 0 }

  /** @param offset the newest offset in the store */
  constructor(options: ChatNodeOptions, offset: number) {
    const { store, serverLog, offlineGraceMs } = options
    this.#options = options
    this.#store = store
    this.#serverLog = serverLog
    this.#tail = new Tail(TAIL_BYTES, offset)
    this.#fanOut = new FanOut(this.#tail, () => this.#beforeFlush(), options.onFlushTime)
    const pages = new PageCache(store)
    const fanOut = this.#fanOut
    const userCount = () => this.presence.userCount
    const onStored = (entry: LogEntry) => this.#noteStored(entry)
    this.#broadcaster = new Broadcaster(
      {
        ...{ store, fanOut, pages, serverLog, userCount, onStored },
        answer: (sender, frame) => this.#send(sender, frame),
      },
      offset,
    )
    this.#writer = new Writer(store, this.#broadcaster, {
      ...options,
      pauseMs: () => fanOut.pauseLeftMs,
    })
    this.#receipts = new Receipts(store.cursors, {
      tell: (cursor) => this.#tellReceipt(cursor),
      onFailure: (error) => serverLog.failure('What users have read was not stored', error),
    })
    this.#users = new PresenceAnnouncer({
      ...{ fanOut, lastSeen: store.lastSeen, serverLog, offlineGraceMs },
      onOffline: (userId) => this.#typing.leave(userId),
    })
    this.#greeting = new Greeting({
      ...{ epoch: store.epoch, presence: this.presence, pages },
      ...{ receipts: this.#receipts, limits: () => this.limits },
    })
    this.#context = this.#createContext()
  }

  get presence(): PresenceRegistry {
    return this.#users.presence
  }

  get connections(): readonly Connection[] {
    return this.#fanOut.connections
  }

  /** The newest offset told to the connections. */
  get offset(): number {
    return this.#broadcaster.offset
  }

  get figures(): NodeFigures {
    return {
      users: this.presence.userCount,
      connections: this.presence.connectionCount,
      connectionsOpened: this.#serial,
      connectionsClosed: this.#closed,
      offset: this.#broadcaster.offset,
      stored: this.#stored,
      waiting: this.#writer.waiting,
      deliveries: this.#fanOut.deliveries,
      sheds: this.#tail.sheds,
      longestLagBytes: this.#fanOut.longestLagBytes,
    }
  }

  /** Takes in a user's connection: greets it, and tells the others if it is the user's first. */
  connect(request: ConnectRequest, identity: Identity, transport: Transport): Connection {
    const { userId } = request
    this.#users.handleUserConnect(userId)
    // The cursor starts behind the user's own USER_ONLINE, which is for everyone else.
    this.#serial += 1
    const start = { position: this.#fanOut.end, offset: this.#broadcaster.offset }
    const connection = new Connection(userId, this.#serial, transport, start)
    connection.role = identity.role
    connection.expiresAtMs = identity.expiresAtMs
    this.#fanOut.add(connection)
    this.#greeting.add(connection, request)
    this.#fanOut.scheduleStatuses()
    return connection
  }

  /** Acts on one text frame of a client, or answers what is wrong with it. */
  receive(connection: Connection, text: string): void {
    const frame = parseClientFrame(text)
    if (frame.type === 'ERROR') {
      this.#send(connection, frame)
      return
    }
    const { maxContentLength = MAX_FRAME_BYTES } = this.limits
    if ('content' in frame && frame.content.length > maxContentLength) {
      this.#send(connection, {
        type: 'ERROR',
        code: 'TOO_LARGE',
        message: `content: must be ${maxContentLength} characters long at most`,
        ...(frame.client_id === undefined ? {} : { ref: frame.client_id }),
      })
      return
    }
    this.#serverLog.frameReceived(connection.userId, frame.type)
    const { uploadGate } = this.#options
    const proceed = () => dispatch(frame, connection, this.#context)
    if (!uploadGate) proceed()
    else
      uploadGate.pass(frame, connection, {
        proceed,
        refuse: (error) => this.#refuseFrame(frame, connection, error),
      })
  }

  /** Answers a frame that is not read. */
  refuse(connection: Connection, error: ErrorFrame): void {
    this.#send(connection, error)
  }

  /** Sends more to a connection whose socket has drained. */
  resume(connection: Connection): void {
    this.#fanOut.resume(connection)
  }

  /** Lets go of a closed connection. */
  disconnect(connection: Connection): void {
    this.#fanOut.remove(connection)
    const code = connection.closedWith ?? 0
    this.#closed.set(code, (this.#closed.get(code) ?? 0) + 1)
    this.#users.handleUserDisconnect(connection.userId, connection.isIdle)
  }

  /** Closes every connection of a user for good; returns how many that were. */
  kick(userId: number): number {
    const theirs = this.connections.filter((connection) => connection.userId === userId)
    for (const connection of theirs) connection.close(CloseCode.kicked)
    return theirs.length
  }

  /** Tells everyone connected something that is not stored; returns how many connections that are. */
  announce(text: string): number {
    const timestamp = new Date().toISOString()
    this.#fanOut.broadcastPassing(encodeFrame({ type: 'ANNOUNCEMENT', text, timestamp }))
    return this.connections.length
  }

  /** Resolves when everything submitted is stored, acknowledged and handed to the sockets. */
  async flush(): Promise<void> {
    await this.#options.uploadGate?.flush()
    await this.#writer.flush()
    await this.#receipts.flush()
    this.#fanOut.flush()
  }

  /** Resolves when nothing is left to be stored; nobody may be connected any more. */
  async close(): Promise<void> {
    await this.#users.close()
  }

  #createContext(): HandlerContext {
    const { agents } = this.#options
    return {
      store: this.#store,
      receipts: this.#receipts,
      typing: this.#typing,
      submit: (entry, sender) => this.#writer.submit(entry, sender),
      reply: (connection, frame) => this.#send(connection, frame),
      isAgent: ({ userId, role }) => role !== 'user' || agents.has(userId),
      setIdle: (connection, isIdle) => this.#users.setIdle(connection, isIdle),
      listPresence: () => this.#users.list(),
      narrow: (connection, chats) => this.#narrow(connection, chats),
    }
  }

  #beforeFlush(): void {
    this.#greeting.greet()
    this.#tellOffsets()
  }

  /** Tells narrowed connections from where to resume, though nothing of their chats came. */
  #tellOffsets(): void {
    const told = this.#offsetsTold
    const offset = this.#fanOut.flushedOffset
    const nowMs = performance.now()
    if (offset === told.offset || nowMs - told.atMs < OFFSET_INTERVAL_MS) return
    this.#offsetsTold = { offset, atMs: nowMs }
    const frame = encodeFrame({ type: 'OFFSET', offset })
    this.#fanOut.forEachNarrowed((connection) => this.#fanOut.send(connection, frame))
  }

  #narrow(connection: Connection, chats: readonly Chat[] | undefined): number {
    const filter = chats && new Set(chats.map(({ kind, id }) => chatKey(kind, id)))
    this.#fanOut.narrow(connection, filter)
    return this.#fanOut.flushedOffset
  }

  #noteStored({ type, senderId, kind, chatId }: LogEntry): void {
    this.#stored += 1
    if (type === 'message') this.#receipts.noteWriter(senderId, { kind, id: chatId })
  }

  #tellReceipt(cursor: ChatCursor): void {
    const chat = chatKey(cursor.kind, cursor.chatId)
    const state = { key: `receipt ${cursor.userId} ${chat}`, chat }
    this.#fanOut.broadcastState(encodeFrame(receiptFrame(cursor)), state)
  }

  #tellTyping(userId: number, { kind, id }: Chat, typing: boolean): void {
    const frame = encodeFrame({ type: 'TYPING', ...chatRef(kind, id), userId, typing })
    this.#fanOut.broadcastPassing(frame, chatKey(kind, id))
  }

  #refuseFrame(frame: ClientFrame, sender: Connection, error: ChatwsError): void {
    const ref = 'client_id' in frame ? frame.client_id : undefined
    this.#send(sender, {
      type: 'ERROR',
      code: error.code as ErrorFrame['code'],
      message: error.message,
      ...(ref === undefined ? {} : { ref }),
    })
  }

  #send(connection: Connection, frame: ServerFrame): void {
    if (frame.type === 'ERROR') this.#options.refusals.countFrame(frame.code)
    this.#fanOut.send(connection, encodeFrame(frame))
  }
}
