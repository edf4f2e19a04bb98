import type { Bus } from '../../bus/bus.ts'
import type { ClientFrame } from '../../protocol/client-frames.ts'
import { CloseCode } from '../../protocol/close-code.ts'
import type { ChatwsError } from '../../protocol/error.ts'
import { errorFrame } from '../../protocol/error-frame.ts'
import { parseClientFrame } from '../../protocol/parse-client-frame.ts'
import type { ErrorFrame } from '../../protocol/server-frames.ts'
import type { BanList } from '../access/ban-list.ts'
import type { Identity } from '../auth/token-verifier.ts'
import type { Broadcaster, Origin } from '../delivery/broadcaster.ts'
import { Connection } from '../delivery/connection.ts'
import type { FanOut } from '../delivery/fan-out.ts'
import type { Transport } from '../delivery/transport.ts'
import type { FrameFilter } from '../frames/audience.ts'
import type { Writer } from '../log/writer.ts'
import type { PresenceAnnouncer } from '../presence/announcer.ts'
import type { PresenceRegistry } from '../presence/registry.ts'
import type { NodeFigures } from '../telemetry/figures.ts'
import type { ServerLog } from '../telemetry/server-log.ts'
import type { UploadGate } from '../uploads/upload-gate.ts'
import type { ConnectRequest } from './connect-request.ts'
import { HANDLERS } from './dispatch.ts'
import type { Greeting } from './greeting.ts'
import { type Handler, type HandlerContext, rightsOf } from './handlers/handler.ts'
import type { TokenNames } from './token-names.ts'

/** What a node works with, of which its handlers get only their own part. */
export interface ChatNodeParts extends HandlerContext {
  readonly writer: Writer<Origin>
  readonly bans: BanList
  readonly tokenNames: TokenNames
  readonly broadcaster: Broadcaster
  readonly fanOut: FanOut
  readonly announcer: PresenceAnnouncer
  readonly registry: PresenceRegistry
  readonly greeting: Greeting
  readonly bus: Bus
  readonly serverLog: ServerLog
  /** Lets only those messages pass that name uploads their sender may use. */
  readonly uploadGate: UploadGate | undefined
  /** UTF-16 code units of a message at most. */
  readonly maxContentLength: number
}

/** What one server does for its clients: it takes them in, acts on what they send, and lets them go. */
export class ChatNode {
  readonly #parts: ChatNodeParts
  #connectionsOpened = 0
  readonly #connectionsClosed = new Map<number, number>([[CloseCode.slowConsumer.code, 0]])

  constructor(parts: ChatNodeParts) {
    this.#parts = parts
  }

  /** Reads what has to be known before anyone connects. Throws STORAGE_UNAVAILABLE. */
  load(): Promise<void> {
    return this.#parts.bans.load(this.#parts.store.access)
  }

  get connections(): readonly Connection[] {
    return this.#parts.fanOut.connections
  }

  get figures(): NodeFigures {
    const { registry, broadcaster, writer, fanOut } = this.#parts
    return {
      users: registry.userCount,
      connections: registry.connectionCount,
      connectionsOpened: this.#connectionsOpened,
      connectionsClosed: this.#connectionsClosed,
      offset: broadcaster.offset,
      stored: broadcaster.stored,
      waiting: writer.waiting,
      deliveries: fanOut.deliveries,
      sheds: fanOut.sheds,
      longestLagBytes: fanOut.longestLagBytes,
    }
  }

  /**
   * What an identity's connections are sent, or why it may not have any; undefined is everything. What
   * resolves is followed by `connect`, or by `Access.release`. Throws STORAGE_UNAVAILABLE.
   */
  admit(identity: Identity): CloseCode | Promise<FrameFilter> | undefined {
    const { access, bans } = this.#parts
    return (
      bans.refusalOf(identity) ??
      access.open({ userId: identity.userId, ...rightsOf(identity, this.#parts) })
    )
  }

  /** Takes in a user's connection: greets it, and tells the others if it is the user's first. */
  connect(
    request: ConnectRequest,
    identity: Identity,
    transport: Transport,
    filter?: FrameFilter,
  ): Connection {
    const { announcer, fanOut, broadcaster, greeting, tokenNames } = this.#parts
    const { userId } = request
    announcer.handleUserConnect(userId)
    this.#connectionsOpened += 1
    const owner = {
      userId,
      serial: this.#connectionsOpened,
      rights: rightsOf(identity, this.#parts),
      expiresAtMs: identity.expiresAtMs,
    }
    // The cursor starts behind the user's own USER_ONLINE, which is for everyone else.
    const start = { position: fanOut.end, offset: broadcaster.offset }
    const connection = new Connection(owner, transport, start)
    fanOut.add(connection)
    if (filter) fanOut.subscribe(connection, filter)
    greeting.add(connection, request)
    fanOut.scheduleStatuses()
    if (identity.name !== undefined) void tokenNames.note(connection, identity.name)
    return connection
  }

  /** Why someone may not connect at all; undefined for who is not banned. */
  refusalOf(identity: Identity): CloseCode | undefined {
    return this.#parts.bans.refusalOf(identity)
  }

  /** Someone who was admitted does not connect after all. */
  leave(userId: number): void {
    this.#parts.access.release(userId)
  }

  /** Acts on one text frame of a client, or answers what is wrong with it; false where it is no frame. */
  receive(connection: Connection, text: string): boolean {
    const { serverLog, uploadGate } = this.#parts
    const frame = parseClientFrame(text)
    if (frame.type === 'ERROR') {
      this.#parts.responder.reply(connection, frame)
      return false
    }
    if (!this.#isShortEnough(frame, connection)) return true
    serverLog.frameReceived(connection.userId, frame.type)
    const checked = uploadGate?.check(frame, connection)
    if (!checked) this.#act(frame, connection)
    else
      checked.then(
        () => this.#act(frame, connection),
        (error: ChatwsError) => this.#refuse(frame, connection, error),
      )
    return true
  }

  /** Lets go of a closed connection. */
  disconnect(connection: Connection): void {
    const { access, fanOut, announcer } = this.#parts
    fanOut.remove(connection)
    const code = connection.closedWith ?? 0
    this.#connectionsClosed.set(code, (this.#connectionsClosed.get(code) ?? 0) + 1)
    announcer.handleUserDisconnect(connection.userId, connection.isIdle)
    access.release(connection.userId)
  }

  /** Closes every connection of a user for good; returns how many that were. */
  kick(userId: number): number {
    const count = this.#parts.registry.connectionsOf(userId)
    this.#parts.bus.publish('kick', { userId })
    return count
  }

  /** Tells everyone connected something that is not stored; returns how many connections that are. */
  announce(text: string): number {
    this.#parts.bus.publish('announcement', { text, at: new Date().toISOString() })
    return this.#parts.registry.connectionCount
  }

  /** Resolves when everything submitted is stored, acknowledged and handed to the sockets. */
  async flush(): Promise<void> {
    const { uploadGate, writer, receipts, threads, fanOut } = this.#parts
    await uploadGate?.flush()
    await writer.flush()
    await receipts.flush()
    await threads.flush()
    fanOut.flush()
  }

  /** Resolves when nothing is left to be stored; nobody may be connected any more. */
  async close(): Promise<void> {
    await this.#parts.announcer.close()
  }

  #act(frame: ClientFrame, sender: Connection): void {
    const handle = HANDLERS[frame.type] as Handler<ClientFrame>
    handle(frame, sender, this.#parts)
  }

  #isShortEnough(frame: ClientFrame, sender: Connection): boolean {
    const { maxContentLength, responder } = this.#parts
    if (!('content' in frame) || frame.content.length <= maxContentLength) return true
    const message = `content: must be ${maxContentLength} characters long at most`
    responder.reply(sender, errorFrame('TOO_LARGE', message, { ref: frame.client_id }))
    return false
  }

  #refuse(frame: ClientFrame, sender: Connection, error: ChatwsError): void {
    const ref = 'client_id' in frame ? frame.client_id : undefined
    const code = error.code as ErrorFrame['code']
    this.#parts.responder.reply(sender, errorFrame(code, error.message, { ref }))
  }
}
