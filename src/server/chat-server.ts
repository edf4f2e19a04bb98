import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { ChatwsError } from '../protocol/error.ts'
import type { Store } from '../storage/store.ts'
import { Heartbeat } from './delivery/heartbeat.ts'
import { TokenExpiry } from './delivery/token-expiry.ts'
import { createHttpServer } from './http/http-server.ts'
import { OpenRequests } from './http/open-requests.ts'
import type { UploadSources } from './http/upload-routes.ts'
import { DescriptorGuard } from './limits/descriptor-guard.ts'
import { socketsWithin } from './limits/descriptors.ts'
import {
  announcedLimits,
  createSecurity,
  type Security,
  type SecurityOptions,
} from './limits/security.ts'
import { drain, within } from './node/drain.ts'
import { ChatNode } from './node/node.ts'
import { DatabaseProbe } from './telemetry/database-probe.ts'
import { Metrics } from './telemetry/metrics.ts'
import { Refusals } from './telemetry/refusals.ts'
import type { ServerLog } from './telemetry/server-log.ts'
import { OrphanCollector } from './uploads/orphan-collector.ts'
import { UploadGate } from './uploads/upload-gate.ts'
import { WebSocketEndpoint } from './websocket/endpoint.ts'

/** Connections that may wait to be accepted: a reconnect storm comes all at once. */
const LISTEN_BACKLOG = 4096

/** Within what supervisors grant a process (systemd 90 s, Kubernetes 30 s). */
const DRAIN_TIMEOUT_MS = 20_000

/** Longer than a database takes to restart, shorter than people wait. */
const STORAGE_PATIENCE_MS = 5_000

export interface ChatServerOptions {
  /** Stays open when the server closes. */
  readonly store: Store
  readonly serverLog: ServerLog
  readonly heartbeatMs: number
  readonly statsIntervalMs: number
  readonly security?: SecurityOptions
  /** How long a user without any connection still counts as online; 0 unless given. */
  readonly offlineGraceMs?: number
  /** Users who work the support desk; others do by their role. */
  readonly agents?: readonly number[]
  /** How long a message may wait for a store that is away before its sender is told. */
  readonly storagePatienceMs?: number
  /** Files are accepted only with it. */
  readonly uploads?: UploadSources
  /** Called when an admin asks over HTTP that the server stops. */
  readonly onDrainRequest?: () => void
  /** The version of chatws, as it is told over HTTP. */
  readonly version?: string
  /** How long a client may take to send its headers; 10 s unless given. */
  readonly headersTimeoutMs?: number
  /** How long stopping may take; 20 s unless given. */
  readonly drainTimeoutMs?: number
}

/** The presence and messaging server. */
export class ChatServer {
  readonly #options: ChatServerOptions
  readonly #node: ChatNode
  readonly #http: FastifyInstance
  readonly #heartbeat = new Heartbeat()
  readonly #requests = new OpenRequests()
  readonly #expiry: TokenExpiry
  readonly #security: Security
  readonly #endpoint: WebSocketEndpoint
  readonly #orphans: OrphanCollector | undefined
  #descriptors: DescriptorGuard | undefined
  #statsTimer: NodeJS.Timeout | undefined

  private constructor(
    options: ChatServerOptions,
    node: ChatNode,
    watched: { database: DatabaseProbe; metrics: Metrics; refusals: Refusals },
  ) {
    this.#options = options
    this.#node = node
    this.#expiry = new TokenExpiry(() => node.connections)
    this.#security = createSecurity(options.security ?? {})
    node.limits = announcedLimits(this.#security)
    const { serverLog } = options
    const { refusals } = watched
    this.#endpoint = new WebSocketEndpoint({
      ...{ node, heartbeat: this.#heartbeat, security: this.#security, serverLog, refusals },
    })
    this.#http = createHttpServer({
      node,
      store: options.store,
      serverLog,
      ...watched,
      security: this.#security,
      isDraining: () => !this.#endpoint.isAdmitting,
      drain: options.onDrainRequest ?? (() => {}),
      version: options.version ?? '',
      uploads: options.uploads,
      headersTimeoutMs: options.headersTimeoutMs,
    })
    if (options.uploads) {
      const { folder, records } = options.uploads
      this.#orphans = new OrphanCollector(folder, records, options.serverLog)
    }
    this.#endpoint.attach(this.#http.server)
    this.#requests.attach(this.#http.server)
  }

  /** Reads where the log stands; the server does not listen yet. */
  static async create(options: ChatServerOptions): Promise<ChatServer> {
    const offset = await options.store.lastOffset()
    const patienceMs = options.storagePatienceMs ?? STORAGE_PATIENCE_MS
    const { store, serverLog, offlineGraceMs = 0 } = options
    const database = new DatabaseProbe(store)
    const refusals = new Refusals()
    const metrics: Metrics = new Metrics({ figures: () => node.figures, database, refusals })
    const node = new ChatNode(
      {
        ...{ store, serverLog, refusals, patienceMs, offlineGraceMs },
        agents: new Set(options.agents),
        onCommitTime: metrics.onCommitTime,
        onFlushTime: metrics.onFlushTime,
        uploadGate: options.uploads && new UploadGate(options.uploads.records),
      },
      offset,
    )
    return new ChatServer(options, node, { database, metrics, refusals })
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
    const { serverLog, drainTimeoutMs = DRAIN_TIMEOUT_MS } = this.#options
    const deadlineMs = performance.now() + drainTimeoutMs
    clearInterval(this.#statsTimer)
    this.#heartbeat.stop()
    this.#expiry.stop()
    this.#descriptors?.stop()
    this.#endpoint.refuseNew()
    const isStored = await drain(this.#node, drainTimeoutMs)
    if (!isStored)
      serverLog.failure('The drain ended', new Error('messages that were accepted are not stored'))
    this.#endpoint.stopReading()
    this.#orphans?.stop()
    await within(this.#node.close(), deadlineMs)
    await within(this.#requests.finished(), deadlineMs)
    await this.#http.close()
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
    const { userCount, connectionCount } = this.#node.presence
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
