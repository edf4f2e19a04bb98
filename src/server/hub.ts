import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClientFrame } from '../protocol/client-frames.ts'
import { CloseCode } from '../protocol/close-code.ts'
import type { ChatwsError } from '../protocol/error.ts'
import { MAX_FRAME_BYTES, PROTOCOL_VERSION } from '../protocol/limits.ts'
import { parseClientFrame } from '../protocol/parse-client-frame.ts'
import type { ConnectionEstablished, ErrorFrame, ServerFrame } from '../protocol/server-frames.ts'
import type { Appended, LogEntry, NewEntry, Store } from '../storage/store.ts'
import type { ConnectRequest } from './connect-request.ts'
import { Connection, type Transport } from './connection.ts'
import { dispatch } from './dispatch.ts'
import { entryFrame } from './entry-frame.ts'
import { FanOut } from './fan-out.ts'
import type { HandlerContext } from './handlers/handler.ts'
import type { Journal } from './journal.ts'
import { LogPages } from './log-pages.ts'
import { Presence } from './presence.ts'
import { Replay } from './replay.ts'
import { Tail } from './tail.ts'
import type { Identity } from './token-verifier.ts'
import type { UploadGate } from './uploads/upload-gate.ts'
import { encodeFrame, encodeText } from './websocket-frame.ts'
import { Writer } from './writer.ts'

/** Bytes of the newest frames kept in memory for connections that lag. */
const TAIL_BYTES = 16 * 1024 * 1024

/** Entries of others that are read at once, and the pause before that is tried again. */
const CATCH_UP_PAGE = 256
const CATCH_UP_PAUSE_MS = 100

export interface HubOptions {
  /** How long a message may wait for a store that is away. */
  readonly patienceMs: number
  /** Told how long each stored batch took. */
  readonly onCommitTime?: (tookMs: number) => void
  /** Told how long each flush to the connections took. */
  readonly onFlushTime?: (tookMs: number) => void
  /** Lets only those messages pass that name uploads their sender may use. */
  readonly uploadGate?: UploadGate | undefined
}

/** What the hub has done and holds, for those who watch it. */
export interface HubFigures {
  readonly users: number
  readonly connections: number
  readonly connectionsOpened: number
  /** The code that the server closed a connection with → how often; 0 for the client's own end. */
  readonly connectionsClosed: ReadonlyMap<number, number>
  /** The newest offset told to the connections. */
  readonly offset: number
  /** Entries that this server stored. */
  readonly stored: number
  /** Entries that wait to be stored. */
  readonly waiting: number
  /** Shared frames times the connections open when they were sent. */
  readonly deliveries: number
  /** How often a connection that lagged was spared what is not durable. */
  readonly sheds: number
  /** Bytes that the connection furthest behind has yet to be sent. */
  readonly longestLagBytes: number
}

/** Where everything meets: who is connected, what they send, and what all are told. */
export class Hub {
  readonly presence = new Presence()
  /** What is asked of clients; told to each that connects. */
  limits: ConnectionEstablished['limits'] = { maxMessageBytes: MAX_FRAME_BYTES }
  readonly #store: Store
  readonly #journal: Journal
  readonly #tail: Tail
  readonly #fanOut: FanOut
  readonly #pages: LogPages
  readonly #writer: Writer<Connection>
  readonly #context: HandlerContext
  readonly #uploadGate: UploadGate | undefined
  /** Makes the session ids of one server differ from those of the next. */
  readonly #instance = randomBytes(6).toString('hex')
  #serial = 0
  /** Connections that have not been greeted yet. */
  #newcomers: Connection[] = []
  readonly #closed = new Map<number, number>([[CloseCode.slowConsumer.code, 0]])
  #stored = 0
  /** The newest offset in the fan-out. */
  #offset: number

  /**
   * @param offset the newest offset in the store
   */
  constructor(store: Store, journal: Journal, offset: number, options: HubOptions) {
    this.#store = store
    this.#journal = journal
    this.#offset = offset
    this.#uploadGate = options.uploadGate
    this.#tail = new Tail(TAIL_BYTES, offset)
    this.#fanOut = new FanOut(this.#tail, () => this.#greet(), options.onFlushTime)
    this.#pages = new LogPages(store)
    this.#writer = new Writer(
      store,
      {
        onCommitted: (appended, senders) => this.#announce(appended, senders),
        onFailed: (entries, senders, error) => this.#refuse(entries, senders, error),
      },
      { ...options, pauseMs: () => this.#fanOut.pauseLeftMs },
    )
    this.#context = {
      submit: (entry, sender) => this.#writer.submit(entry, sender),
      readHistory: (range) => store.readHistory(range),
      reply: (connection, frame) => this.#send(connection, frame),
    }
  }

  get connections(): readonly Connection[] {
    return this.#fanOut.connections
  }

  /** The newest offset told to the connections. */
  get offset(): number {
    return this.#offset
  }

  get figures(): HubFigures {
    return {
      users: this.presence.userCount,
      connections: this.presence.connectionCount,
      connectionsOpened: this.#serial,
      connectionsClosed: this.#closed,
      offset: this.#offset,
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
    this.#journal.userConnected(userId)
    if (this.presence.join(userId)) this.broadcastUserStatus(userId, true)
    // The cursor starts behind the user's own USER_ONLINE, which is for everyone else.
    this.#serial += 1
    const start = { position: this.#fanOut.end, offset: this.#offset }
    const connection = new Connection(userId, this.#serial, transport, start)
    connection.role = identity.role
    connection.expiresAtMs = identity.expiresAtMs
    this.#fanOut.add(connection)
    this.#newcomers.push(connection)
    this.#fanOut.scheduleStatuses()
    this.#replay(connection, request)
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
    this.#journal.frameReceived(connection.userId, frame.type)
    const proceed = () => dispatch(frame, connection, this.#context)
    if (!this.#uploadGate) proceed()
    else
      this.#uploadGate.pass(frame, connection, {
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
    this.handleUserDisconnect(connection.userId)
  }

  /** Counts one of a user's connections out, and tells the others if it was the last. */
  handleUserDisconnect(userId: number): void {
    this.#journal.userDisconnected(userId)
    if (this.presence.leave(userId)) this.broadcastUserStatus(userId, false)
  }

  /** Tells every other user that one came or went. */
  broadcastUserStatus(userId: number, isOnline: boolean): void {
    const frame = encodeFrame({
      type: isOnline ? 'USER_ONLINE' : 'USER_OFFLINE',
      userId,
      timestamp: new Date().toISOString(),
    })
    this.#fanOut.broadcastStatus(frame, { userId, isOnline })
    const others = this.presence.userCount - (this.presence.isOnline(userId) ? 1 : 0)
    this.#journal.statusBroadcast(userId, isOnline, others)
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
    this.#fanOut.broadcastEphemeral(encodeFrame({ type: 'ANNOUNCEMENT', text, timestamp }))
    return this.connections.length
  }

  /** Resolves when everything submitted is stored, acknowledged and handed to the sockets. */
  async drain(): Promise<void> {
    await this.#uploadGate?.drain()
    await this.#writer.drain()
    this.#fanOut.flush()
  }

  /**
   * Greets those that came since the last flush. Who is online is written once for all of them:
   * when thousands come at once, one list each would cost more than everything else. Statuses
   * that the list already holds may follow it; they change nothing.
   */
  #greet(): void {
    if (this.#newcomers.length === 0) return
    const online = Buffer.from(`,"online":${JSON.stringify(this.presence.online())}}`)
    for (const connection of this.#newcomers) {
      const greeting: Omit<ConnectionEstablished, 'online'> = {
        type: 'CONNECTION_ESTABLISHED',
        userId: connection.userId,
        timestamp: new Date().toISOString(),
        protocol: PROTOCOL_VERSION,
        sessionId: `${this.#instance}-${connection.serial}`,
        epoch: this.#store.epoch,
        offset: connection.startOffset,
        limits: this.limits,
      }
      connection.greet(encodeText(JSON.stringify(greeting).slice(0, -1), online.length), online)
    }
    this.#newcomers = []
  }

  /** Sends a new connection what it asked for of the log before it follows the tail. */
  #replay(connection: Connection, { resume, history }: ConnectRequest): void {
    const until = this.#offset
    const canResume =
      resume?.epoch === this.#store.epoch && resume.offset !== undefined && resume.offset <= until
    const failure = { type: 'RESUME_FAILED', epoch: this.#store.epoch, offset: until } as const
    if (resume && !canResume) this.#send(connection, failure)
    const after = canResume ? resume.offset! : Math.max(0, until - history)
    const ending = canResume ? [encodeFrame({ type: 'RESUMED', offset: until })] : []
    const whenGone = canResume ? () => [encodeFrame(failure)] : undefined
    if (after < until || ending.length > 0)
      connection.replay = new Replay({ after, until }, this.#pages, () => ending, whenGone)
  }

  async #announce(appended: readonly Appended[], senders: readonly Connection[]): Promise<void> {
    for (const [i, { entry, repeated }] of appended.entries()) {
      const sender = senders[i]!
      const known = repeated ? entry.offset : entry.offset - 1
      if (known > this.#offset) await this.#catchUp(known)
      if (!repeated) {
        this.#stored += 1
        this.#broadcast(entry)
      }
      if (entry.clientId !== undefined)
        this.#send(sender, {
          type: 'ACK',
          client_id: entry.clientId,
          id: entry.id,
          offset: entry.offset,
          created_at: entry.createdAt,
        })
    }
  }

  /**
   * Broadcasts what others stored in the same database, up to an offset, so that the tail has no
   * hole. Does not give up: what is stored here already must not be told before it.
   */
  async #catchUp(until: number): Promise<void> {
    while (this.#offset < until) {
      try {
        const count = Math.min(until - this.#offset, CATCH_UP_PAGE)
        for (const entry of await this.#store.readAfter(this.#offset, count)) this.#broadcast(entry)
      } catch (error) {
        this.#journal.failure('What others stored could not be read', error)
        await sleep(CATCH_UP_PAUSE_MS)
      }
    }
  }

  /** Sends the entry with the next offset to everyone. */
  #broadcast(entry: LogEntry): void {
    this.#fanOut.broadcast(encodeFrame(entryFrame(entry)))
    this.#offset = entry.offset
    this.#journal.messageStored(entry.kind, entry.id, this.presence.userCount)
  }

  #refuse(entries: readonly NewEntry[], senders: readonly Connection[], error: ChatwsError): void {
    this.#journal.failure(`${entries.length} messages were not stored`, error)
    for (const [i, { clientId }] of entries.entries()) {
      // What has a name may be sent again even if it was stored after all.
      const mayRetry = error.code === 'STORAGE_UNAVAILABLE' || clientId !== undefined
      this.#send(senders[i]!, {
        type: 'ERROR',
        code: error.retryable && mayRetry ? 'STORAGE_UNAVAILABLE' : 'INTERNAL',
        message: error.message,
        ...(clientId === undefined ? {} : { ref: clientId }),
      })
    }
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
    this.#fanOut.send(connection, encodeFrame(frame))
  }
}
