import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Bus } from '../bus/bus.ts'
import { LocalBus } from '../bus/local-bus.ts'
import { ChatwsError } from '../protocol/error.ts'
import type { Store } from '../storage/store.ts'
import type { Access } from './access/access.ts'
import { BanList } from './access/ban-list.ts'
import { type AccessListener, MembersAccess } from './access/members-access.ts'
import { OpenAccess } from './access/open-access.ts'
import {
  announcedLimits,
  createSecurity,
  type Security,
  type SecurityOptions,
} from './auth/security.ts'
import { Broadcaster, type EntryListener } from './delivery/broadcaster.ts'
import { deliverEvents } from './delivery/deliver-events.ts'
import { FanOut } from './delivery/fan-out.ts'
import { followAccess } from './delivery/follow-access.ts'
import { Heartbeat } from './delivery/heartbeat.ts'
import { LogFollower } from './delivery/log-follower.ts'
import { Responder } from './delivery/responder.ts'
import { TokenExpiry } from './delivery/token-expiry.ts'
import { createHttpServer, type WebOptions } from './http/http-server.ts'
import { OpenRequests } from './http/open-requests.ts'
import type { UploadSources } from './http/upload-routes.ts'
import { DescriptorGuard } from './limits/descriptor-guard.ts'
import { socketsWithin } from './limits/descriptors.ts'
import { PageCache } from './log/page-cache.ts'
import { Tail } from './log/tail.ts'
import { Writer } from './log/writer.ts'
import { drain, within } from './node/drain.ts'
import { Greeting } from './node/greeting.ts'
import type { HandlerContext } from './node/handlers/handler.ts'
import { ChatNode } from './node/node.ts'
import { type RetentionRules, RetentionSweep } from './node/retention-sweep.ts'
import { TokenNames } from './node/token-names.ts'
import { PresenceAnnouncer } from './presence/announcer.ts'
import { Introductions, type IntroductionsParts } from './presence/introductions.ts'
import { type PresenceMode, PresenceScope } from './presence/presence-scope.ts'
import { Receipts } from './presence/receipts.ts'
import { PresenceRegistry } from './presence/registry.ts'
import { ThreadCursors } from './presence/thread-cursors.ts'
import { TypingTracker } from './presence/typing.ts'
import { DatabaseProbe } from './telemetry/database-probe.ts'
import { Metrics } from './telemetry/metrics.ts'
import { Refusals } from './telemetry/refusals.ts'
import type { ServerLog } from './telemetry/server-log.ts'
import { Timings } from './telemetry/timings.ts'
import { OrphanCollector } from './uploads/orphan-collector.ts'
import { UploadGate } from './uploads/upload-gate.ts'
import { WebSocketEndpoint } from './websocket/endpoint.ts'

/** Connections that may wait to be accepted: a reconnect storm comes all at once. */
const LISTEN_BACKLOG = 4096

/** Within what supervisors grant a process (systemd 90 s, Kubernetes 30 s). */
const DRAIN_TIMEOUT_MS = 20_000

/** How long the drafts of uploads that were cut off may take to be removed. */
const CLEAN_UP_MS = 1_000

/** A database restarts within it, and a sender waits for it without sending again. */
const STORAGE_PATIENCE_MS = 5_000

/** Bytes of the newest frames kept in memory for connections that lag. */
const TAIL_BYTES = 16 * 1024 * 1024

/** What a node is told. */
export interface NodeOptions {
  /** Stays open when the server closes. */
  readonly store: Store
  readonly serverLog: ServerLog
  /** How long a user without any connection still counts as online; 0 unless given. */
  readonly offlineGraceMs?: number
  /** Who may read what: everyone everything unless given. */
  readonly access?: Access['mode']
  /** Who is told of whose presence; everyone unless given, in chats with members those who share one. */
  readonly presence?: PresenceMode
  /** Whom users may add to chats and write to first: everyone unless given. */
  readonly contact?: HandlerContext['contact']
  /** Chats that a user may make within 24 hours; 0, unless given, is no limit. */
  readonly chatsPerDay?: number
  /** Users who work the support desk; others do by their role. */
  readonly agents?: readonly number[]
  /** How long a message may wait for a store that is away before its sender is told. */
  readonly storagePatienceMs?: number
  /** How long messages are kept: for good unless given, or as their chat says. */
  readonly retention?: RetentionRules
  /** Files are accepted only with it. */
  readonly uploads?: UploadSources
  /** The version of chatws, as it is told over HTTP. */
  readonly version?: string
}

export interface ChatServerOptions extends NodeOptions {
  readonly heartbeatMs: number
  readonly statsIntervalMs: number
  readonly security?: SecurityOptions
  /** Called when an admin asks over HTTP that the server stops. */
  readonly onDrainRequest?: () => void
  /** How long a client may take to send its headers; 10 s unless given. */
  readonly headersTimeoutMs?: number
  /** How long stopping may take; 20 s unless given. */
  readonly drainTimeoutMs?: number
  /** What browsers are given besides the test page. */
  readonly web?: WebOptions
}

/** The presence and messaging server. */
export class ChatServer {
  readonly #options: ChatServerOptions
  readonly #node: ChatNode
  readonly #bus: Bus
  readonly #registry: PresenceRegistry
  readonly #http: FastifyInstance
  readonly #heartbeat: Heartbeat
  readonly #requests = new OpenRequests()
  readonly #expiry: TokenExpiry
  readonly #security: Security
  readonly #endpoint: WebSocketEndpoint
  readonly #orphans: OrphanCollector | undefined
  readonly #retention: RetentionSweep
  readonly #follower: LogFollower
  #descriptors: DescriptorGuard | undefined
  #statsTimer: NodeJS.Timeout | undefined

  private constructor(options: ChatServerOptions, offset: number) {
    const { serverLog, uploads } = options
    const security = createSecurity(options.security ?? {})
    const wired = wireNode(options, security, offset)
    const { node } = wired
    this.#options = options
    this.#security = security
    this.#node = node
    this.#bus = wired.bus
    this.#registry = wired.registry
    this.#retention = wired.retention
    this.#follower = wired.follower
    this.#heartbeat = new Heartbeat()
    this.#expiry = new TokenExpiry(() => node.connections)
    this.#endpoint = new WebSocketEndpoint({
      ...{ ...wired, serverLog, security, heartbeat: this.#heartbeat },
    })
    this.#http = createHttpServer({
      ...{ ...wired, serverLog, security, uploads },
      store: options.store,
      isDraining: () => !this.#endpoint.isAdmitting,
      drain: options.onDrainRequest ?? (() => {}),
      version: options.version ?? '',
      headersTimeoutMs: options.headersTimeoutMs,
      web: options.web,
    })
    if (uploads) this.#orphans = new OrphanCollector(uploads.folder, uploads.records, serverLog)
    this.#endpoint.attach(this.#http.server)
    this.#requests.attach(this.#http.server)
  }

  /** Reads where the log stands; the server does not listen yet. */
  static async create(options: ChatServerOptions): Promise<ChatServer> {
    const server = new ChatServer(options, await options.store.lastOffset())
    await server.#node.load()
    return server
  }

  /** Listens and returns the `ws://` URL; port 0 picks a free one. Throws LISTEN_FAILED. */
  async listen(host: string, port: number): Promise<string> {
    try {
      await this.#http.listen({ host, port, backlog: LISTEN_BACKLOG })
    } catch (error) {
      throw new ChatwsError('LISTEN_FAILED', listenProblem(error, host, port), { cause: error })
    }
    this.#guardDescriptors()
    this.startHeartbeat()
    if (this.#security.authenticator.isRequired) this.#expiry.start()
    this.#orphans?.start()
    this.#retention.start()
    this.#follower.start()
    this.#statsTimer = setInterval(() => this.#logStats(), this.#options.statsIntervalMs)
    const address = this.#http.server.address() as AddressInfo
    const name = address.family === 'IPv6' ? `[${address.address}]` : address.address
    const url = `ws://${name}:${address.port}`
    this.#options.serverLog.listening(url, port === 0)
    return url
  }

  /** Pings every connection once a heartbeat, and cuts off those that missed two. */
  startHeartbeat(): void {
    this.#heartbeat.start(this.#options.heartbeatMs)
  }

  /**
   * Stops: no new connections, what was accepted is stored and sent, every connection is closed
   * with 4000 and a time to come back, and HTTP requests are finished; all within the drain
   * timeout. Returns whether everything that was accepted was stored by then.
   */
  async close(): Promise<boolean> {
    const { serverLog, uploads, drainTimeoutMs = DRAIN_TIMEOUT_MS } = this.#options
    const deadlineMs = performance.now() + drainTimeoutMs
    clearInterval(this.#statsTimer)
    this.#heartbeat.stop()
    this.#expiry.stop()
    this.#descriptors?.stop()
    this.#endpoint.refuseNew()
    this.#follower.stop()
    await within(this.#retention.stop(), deadlineMs)
    const isStored = await drain(this.#node, drainTimeoutMs)
    if (!isStored)
      serverLog.failure('The drain ended', new Error('messages that were accepted are not stored'))
    this.#endpoint.stopReading()
    this.#orphans?.stop()
    await within(this.#node.close(), deadlineMs)
    await within(this.#requests.finished(), deadlineMs)
    await this.#http.close()
    // An upload that was cut off with its request leaves a draft behind until it has ended.
    if (uploads) await within(uploads.folder.finished(), performance.now() + CLEAN_UP_MS)
    await this.#bus.close()
    serverLog.close()
    return isStored
  }

  #guardDescriptors(): void {
    const { security, serverLog } = this.#options
    const limit = security?.descriptorLimit
    if (limit === undefined) return
    this.#descriptors = new DescriptorGuard(limit, socketsWithin(limit), serverLog)
    this.#descriptors.start(this.#http.server)
  }

  #logStats(): void {
    const { userCount, connectionCount } = this.#registry
    this.#options.serverLog.stats(userCount, connectionCount)
  }
}

function listenProblem(error: unknown, host: string, port: number): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE')
    return `Port ${port} on ${host} is in use: stop what listens there, or choose another with --port`
  if (code === 'EACCES') return `Port ${port} needs more rights: choose one above 1023 with --port`
  return `Cannot listen on ${host}:${port}: ${message}`
}

/** A node with all that it works with, from the log up. */
export function wireNode(options: NodeOptions, security: Security, offset: number) {
  const { store, serverLog, uploads } = options
  const bus = new LocalBus()
  const refusals = new Refusals()
  const timings = new Timings()
  const registry = new PresenceRegistry()
  const access = createAccess(options, registry)
  const bans = new BanList()
  const pages = new PageCache(store, access.placeOf)
  const typing = new TypingTracker(bus)
  const receipts = new Receipts({ cursors: store.cursors, bus, serverLog, mode: access.mode })
  const threads = new ThreadCursors(store.access, serverLog)
  const fanOut = new FanOut(new Tail(TAIL_BYTES, offset), { onFlushTime: timings.onFlush })
  if (access instanceof MembersAccess) followAccess(access, fanOut)
  bans.listen((userId, code) => {
    for (const connection of fanOut.connections.filter((one) => one.userId === userId))
      connection.close(code)
  })
  const scope = new PresenceScope(presenceOf(options), access, fanOut)
  const announcer = new PresenceAnnouncer({
    ...{ registry, bus, typing, lastSeen: store.lastSeen, serverLog, scope },
    offlineGraceMs: options.offlineGraceMs ?? 0,
    onOffline: (userId) => access.forget(userId),
  })
  if (access instanceof MembersAccess)
    access.listen(presenceFollower(typing, { access, fanOut, registry, scope, bus }))
  const limits = announcedLimits(security)
  const greeting = new Greeting({
    ...{ epoch: store.epoch, registry, pages, receipts, limits, access, scope },
  })
  fanOut.greetBy(greeting)
  deliverEvents(bus, fanOut, access)
  const responder = new Responder(fanOut, refusals)
  const listeners: EntryListener[] = [bans]
  const broadcaster = new Broadcaster(
    {
      ...{ store, fanOut, responder, pages, serverLog, users: registry, writers: receipts, access },
      listeners,
    },
    offset,
  )
  const writer = new Writer(store, broadcaster, {
    patienceMs: options.storagePatienceMs ?? STORAGE_PATIENCE_MS,
    pauseMs: () => fanOut.pauseLeftMs,
    onCommitTime: timings.onCommit,
  })
  const tokenNames = new TokenNames({ records: store.access, writer, access, serverLog })
  listeners.push(tokenNames)
  const node = new ChatNode({
    ...{ store, writer, broadcaster, fanOut, responder, greeting, bus, serverLog },
    ...{ registry, announcer, receipts, typing, threads, access, bans, tokenNames },
    uploadGate: uploads && new UploadGate(uploads.records),
    authenticator: security.authenticator,
    agents: new Set(options.agents),
    contact: options.contact ?? 'all',
    maxContentLength: security.maxContentLength,
  })
  const retention = new RetentionSweep({ store, writer, serverLog, rules: options.retention ?? {} })
  const database = new DatabaseProbe(store)
  const { version = '' } = options
  const metrics = new Metrics({
    ...{ node, database, refusals, timings, serverLog, version, retention },
  })
  return {
    ...{ node, bus, registry, fanOut, responder, refusals, timings, database, metrics },
    ...{ access, agents: new Set(options.agents), bans, scope, writer, retention },
    follower: new LogFollower(store, broadcaster),
  }
}

function createAccess(options: NodeOptions, registry: PresenceRegistry) {
  const { access = 'open', store, chatsPerDay = 0 } = options
  if (access === 'open') return new OpenAccess()
  const isOnline = (userId: number) => registry.isOnline(userId)
  return new MembersAccess(store.access, { isOnline, chatsPerDay })
}

/** What follows for presence and typing where somebody gains or loses a chat, or is blocked. */
function presenceFollower(
  typing: TypingTracker,
  parts: IntroductionsParts,
): Partial<AccessListener> {
  const introductions = new Introductions(parts)
  return {
    gained: (userId, chat) => introductions.gained(userId, chat),
    lost: (userId, chat) => typing.leaveChat(userId, chat),
    visits: (userId, chat) => typing.leaveChat(userId, chat),
    hid: (userId, from) => introductions.hid(userId, from),
  }
}

function presenceOf({ access = 'open', presence }: NodeOptions): PresenceMode {
  return presence ?? (access === 'members' ? 'shared' : 'all')
}
