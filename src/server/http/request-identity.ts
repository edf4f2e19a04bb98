import type { IncomingMessage } from 'node:http'
import type { ChatRole } from '../../protocol/chat-role.ts'
import { CloseCode } from '../../protocol/close-code.ts'
import { ChatwsError, type ErrorCode } from '../../protocol/error.ts'
import { parseId } from '../../protocol/id.ts'
import type { Role } from '../../protocol/role.ts'
import type { BanList } from '../access/ban-list.ts'
import { httpStatusOf } from '../auth/authenticator.ts'
import { readQuery } from '../auth/request-token.ts'
import type { Security } from '../auth/security.ts'

/** Who sends an HTTP request. */
export interface RequestIdentity {
  /** Undefined where a request did not say and none had to be proven, and for the admin token. */
  readonly userId: number | undefined
  readonly role: Role
  /** Whether it was proven, by a token; otherwise it is only said. */
  readonly isProven: boolean
  /** Chat → the role that the token grants there. */
  readonly granted?: ReadonlyMap<number, ChatRole> | undefined
}

/** The same, and since when the token is. */
interface Identified extends RequestIdentity {
  readonly issuedAtMs?: number | undefined
}

/** Finds out who sends a request. Throws why that may not be: UNAUTHORIZED, FORBIDDEN and others. */
export type Identify = (request: IncomingMessage) => Promise<RequestIdentity>

/** Status of a refusal → its error code. */
const CODES: Readonly<Record<ReturnType<typeof httpStatusOf>, ErrorCode>> = {
  400: 'INVALID_REQUEST',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  503: 'UNAVAILABLE',
}

/**
 * Finds out by the admin token, by a token of the client's, or where none is asked for believes the
 * `userId` of the URL. No address makes anyone an admin, unless the server was told so.
 */
export function createIdentify(security: Security, bans: Pick<BanList, 'refusalOf'>): Identify {
  const { authenticator, adminToken } = security
  const identify = authenticator.isRequired ? proveUserId : believeUserId
  return async (request) => {
    if (adminToken?.isIn(request.headers))
      return { userId: undefined, role: 'admin', isProven: true }
    const identity = await identify(request, security)
    const { userId, issuedAtMs } = identity
    const refusal = userId === undefined ? undefined : bans.refusalOf({ userId, issuedAtMs })
    if (refusal) throw new ChatwsError('FORBIDDEN', refusal.reason)
    return identity
  }
}

async function proveUserId(
  request: IncomingMessage,
  { authenticator }: Security,
): Promise<Identified> {
  const found = await authenticator.identifyRequest(request)
  if ('userId' in found) {
    const { userId, role, granted, issuedAtMs } = found
    return { userId, role, granted, issuedAtMs, isProven: true }
  }
  throw new ChatwsError(CODES[httpStatusOf(found)], found.reason)
}

async function believeUserId(
  request: IncomingMessage,
  { addresses, isAdminOpen }: Security,
): Promise<Identified> {
  const claim = readQuery(request.url ?? '').get('userId')
  const userId = parseId(claim ?? '')
  if (claim !== null && userId === undefined)
    throw new ChatwsError('INVALID_REQUEST', CloseCode.invalidUserId.reason)
  const isAdmin = isAdminOpen && addresses.isThisMachine(request)
  return { userId, role: isAdmin ? 'admin' : 'user', isProven: false }
}
