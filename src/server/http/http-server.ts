import Fastify, { type FastifyInstance } from 'fastify'
import type { ChatwsError } from '../../protocol/error.ts'
import type { Store } from '../../storage/store.ts'
import type { Access } from '../access/access.ts'
import type { BanList } from '../access/ban-list.ts'
import type { Security } from '../auth/security.ts'
import type { ChatNode } from '../node/node.ts'
import type { PresenceScope } from '../presence/presence-scope.ts'
import type { PresenceRegistry } from '../presence/registry.ts'
import type { DatabaseProbe } from '../telemetry/database-probe.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Refusals } from '../telemetry/refusals.ts'
import type { ServerLog } from '../telemetry/server-log.ts'
import type { Timings } from '../telemetry/timings.ts'
import { admitRequest, guardRoutes } from './access.ts'
import { addAdminRoutes } from './admin-routes.ts'
import { addChatRoutes } from './chat-routes.ts'
import { addConfigRoutes } from './config-routes.ts'
import { addHealthRoutes } from './health-routes.ts'
import {
  answerNotFound,
  answerUnmet,
  createClientErrorHandler,
  createErrorHandler,
} from './http-error.ts'
import { compileValidator } from './json-schema.ts'
import { addMetricsRoutes } from './metrics-routes.ts'
import { addModerationRoutes, type ModerationParts } from './moderation-routes.ts'
import { addOpenApi } from './open-api.ts'
import { addPageRoutes, PAGE_ALONE, PAGE_BESIDE } from './page-routes.ts'
import { addUploadRoutes, type UploadSources } from './upload-routes.ts'
import { addWebRoutes, type WebApp } from './web-routes.ts'

/** What every response carries, unless it says otherwise. */
const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
}

const HEADERS_TIMEOUT_MS = 10_000

const MAX_HEADER_BYTES = 16 * 1024

/** How long a request may take to come in whole; one with a large file, at the slowest rate. */
const REQUEST_TIMEOUT_MS = 60_000
const SLOWEST_BYTES_PER_MS = 32

/** What browsers are given besides the test page. */
export interface WebOptions {
  /** The web app, at `/`; without it the test page stands there. */
  readonly app?: WebApp | undefined
  /** Where the web app sends those who have no token. */
  readonly loginUrl?: string | undefined
  /** The path below which a proxy asks, where it does not take it off; without `/` at its end. */
  readonly basePath?: string | undefined
  /** Origins of pages that may show the support widget; `*` lets all. */
  readonly widgetOrigins?: readonly string[] | undefined
}

export interface HttpServerOptions {
  readonly node: ChatNode
  readonly registry: PresenceRegistry
  readonly scope: PresenceScope
  readonly access: Access
  readonly agents: ReadonlySet<number>
  readonly bans: BanList
  readonly writer: ModerationParts['writer']
  readonly store: Store
  readonly serverLog: ServerLog
  readonly database: DatabaseProbe
  readonly metrics: Metrics
  readonly timings: Timings
  readonly refusals: Refusals
  readonly security: Security
  readonly isDraining: () => boolean
  /** A client that is slower to send its headers is cut off; 10 s unless given. */
  readonly headersTimeoutMs?: number | undefined
  /** Begins to stop the server in order. */
  readonly drain: () => void
  /** The version of chatws. */
  readonly version: string
  readonly uploads?: UploadSources | undefined
  readonly web?: WebOptions | undefined
}

/** The HTTP side of the server. The caller listens and closes. */
export function createHttpServer(options: HttpServerOptions): FastifyInstance {
  const { node, store, serverLog, metrics, isDraining } = options
  const { headersTimeoutMs = HEADERS_TIMEOUT_MS, refusals, security, web = {} } = options
  const answerError = createErrorHandler(serverLog, refusals)
  const app = Fastify({
    forceCloseConnections: true,
    // What is still taken while the server closes is answered as before.
    return503OnClosing: false,
    rewriteUrl: ({ url = '/' }) => withoutBase(url, web.basePath),
    clientErrorHandler: createClientErrorHandler(refusals),
    frameworkErrors: (error, request, reply) => {
      reply.headers(SECURITY_HEADERS)
      answerError(problemOf(() => admitRequest(security, request.raw)) ?? error, request, reply)
    },
    requestTimeout: requestTimeoutMs(options.uploads?.maxBytes ?? 0),
    http: {
      headersTimeout: headersTimeoutMs,
      connectionsCheckingInterval: headersTimeoutMs / 10,
      maxHeaderSize: MAX_HEADER_BYTES,
      // A request without one is refused here, in the shape of every error.
      requireHostHeader: false,
    },
  })
  app.setValidatorCompiler(compileValidator)
  app.setErrorHandler(answerError)
  answerUnmet(app.server, refusals)
  app.setNotFoundHandler(answerNotFound)
  app.addHook('onRequest', async (_request, reply) => void reply.headers(SECURITY_HEADERS))
  guardRoutes(app, { security, bans: options.bans, serverLog })
  addOpenApi(app, options.version)
  app.register(async (routes) => {
    addPageRoutes(routes, web.app ? PAGE_BESIDE : PAGE_ALONE)
    if (web.app) addWebRoutes(routes, web.app, web)
    addHealthRoutes(routes, { database: options.database, isDraining })
    addMetricsRoutes(routes, {
      ...{ node, metrics, timings: options.timings, epoch: store.epoch, isDraining },
    })
    const { registry, scope, access, agents } = options
    addChatRoutes(routes, { store, registry, scope, access, agents })
    if (options.uploads)
      addUploadRoutes(routes, { ...options.uploads, store, access, agents }, isDraining)
    addConfigRoutes(routes, {
      ...{ isAuthRequired: security.authenticator.isRequired, loginUrl: web.loginUrl },
      ...{ uploads: options.uploads, access: access.mode, version: options.version },
    })
    addAdminRoutes(routes, { node, serverLog, store, drain: options.drain })
    addModerationRoutes(routes, { access, store, writer: options.writer })
  })
  return app
}

/** An address as it is where the server stands at the root; one that is there stays as it is. */
function withoutBase(url: string, basePath: string | undefined): string {
  if (basePath === undefined || !url.startsWith(basePath)) return url
  const rest = url.slice(basePath.length)
  if (rest === '' || rest[0] === '?') return `/${rest}`
  return rest[0] === '/' ? rest : url
}

function requestTimeoutMs(largestFileBytes: number): number {
  return Math.max(REQUEST_TIMEOUT_MS, Math.ceil(largestFileBytes / SLOWEST_BYTES_PER_MS))
}

/** What `check` throws. */
function problemOf(check: () => void): ChatwsError | undefined {
  try {
    check()
    return undefined
  } catch (error) {
    return error as ChatwsError
  }
}
