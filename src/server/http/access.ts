import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ChatwsError } from '../../protocol/error.ts'
import type { BanList } from '../access/ban-list.ts'
import { HOST_REFUSED } from '../auth/host-policy.ts'
import type { OriginPolicy } from '../auth/origin-policy.ts'
import { readBearer } from '../auth/request-token.ts'
import type { Security } from '../auth/security.ts'
import type { ServerLog } from '../telemetry/server-log.ts'
import { createIdentify, type RequestIdentity } from './request-identity.ts'

/**
 * Who may use a route: `anyone`; a `user`, who must be known where users have to prove who they
 * are; a `monitor`, which there is an admin and elsewhere anyone; or an `admin`.
 */
export type Access = 'anyone' | 'user' | 'monitor' | 'admin'

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access
  }
  interface FastifyRequest {
    /** Set on every route but those for anyone. */
    identity: RequestIdentity | undefined
  }
}

const ADMINS_ONLY = 'This is for admins only'
const ADMIN_TOKEN_MISSING =
  `${ADMINS_ONLY}: it takes the server's admin token (--admin-token-file) in the header ` +
  '"Authorization: Bearer …"'
/** Also where the server has none, which nobody needs to know. */
const ADMIN_TOKEN_WRONG = `${ADMINS_ONLY}, and the token is not the server's admin token`

export interface GuardParts {
  readonly security: Security
  readonly bans: Pick<BanList, 'refusalOf'>
  readonly serverLog: ServerLog
}

/** Lets only those use the routes of `app` who may. A route that does not say is for admins. */
export function guardRoutes(app: FastifyInstance, { security, bans, serverLog }: GuardParts): void {
  const identify = createIdentify(security, bans)
  app.decorateRequest('identity', undefined)
  app.addHook('onRequest', async (request, reply) => {
    admitRequest(security, request.raw)
    if (request.headers.origin !== undefined) checkOrigin(security.origins, request, reply)
    if (request.is404) return
    const access = request.routeOptions.config.access ?? 'admin'
    if (access === 'anyone') return
    const identity = await identify(request.raw)
    if (identity.isProven) countRequest(security, `user ${identity.userId ?? 'admin'}`)
    if (!isAllowed(access, identity)) throw refuse(identity, request.raw, serverLog)
    request.identity = identity
  })
  // What a browser asks before it lets a page of another origin send more than a form could.
  app.options('*', { config: { access: 'anyone' }, schema: { hide: true } }, (_request, reply) =>
    reply
      .code(204)
      .header('access-control-allow-methods', 'GET, POST')
      .header('access-control-allow-headers', 'authorization, content-type')
      .header('access-control-max-age', '600')
      .send(),
  )
}

/**
 * Counts a request by its address, and looks under which name it asks, whatever it asks for. Throws
 * RATE_LIMITED, INVALID_REQUEST and FORBIDDEN.
 */
export function admitRequest(security: Security, request: IncomingMessage): void {
  const address = security.addresses.keyOf(request)
  if (address !== undefined) countRequest(security, `address ${address}`)
  if (request.headers.host === undefined && request.httpVersion !== '1.0')
    throw new ChatwsError('INVALID_REQUEST', 'There is no Host')
  if (security.hosts?.isAllowed(request) === false) throw new ChatwsError('FORBIDDEN', HOST_REFUSED)
}

/** Throws RATE_LIMITED for one too many. */
function countRequest({ httpRate }: Security, key: string): void {
  if (httpRate && httpRate.take(key, performance.now()) > 0)
    throw new ChatwsError('RATE_LIMITED', 'Too many requests, slow down')
}

/** What keeps someone from what is an admin's: who they are, or that they have not shown it. */
function refuse(
  { isProven }: RequestIdentity,
  request: IncomingMessage,
  serverLog: ServerLog,
): ChatwsError {
  if (isProven) return new ChatwsError('FORBIDDEN', ADMINS_ONLY)
  if (readBearer(request) === undefined) return new ChatwsError('UNAUTHORIZED', ADMIN_TOKEN_MISSING)
  serverLog.tokenRefused('it is not the admin token')
  return new ChatwsError('UNAUTHORIZED', ADMIN_TOKEN_WRONG)
}

function isAllowed(access: Access, { role, isProven }: RequestIdentity): boolean {
  return role === 'admin' || access === 'user' || (access === 'monitor' && !isProven)
}

/**
 * A page of an origin that may connect may also read what is answered; one of any other may not
 * make its reader's browser change something here.
 */
function checkOrigin(origins: OriginPolicy, request: FastifyRequest, reply: FastifyReply): void {
  reply.header('vary', 'origin')
  if (origins.isAllowed(request.raw)) {
    reply.header('access-control-allow-origin', request.headers.origin!)
    reply.header('cross-origin-resource-policy', 'cross-origin')
  } else if (request.method === 'POST') {
    throw new ChatwsError('FORBIDDEN', 'Pages of this origin may not do this')
  }
}
