import type { IncomingMessage } from 'node:http'
import { CloseCode } from '../../protocol/close-code.ts'
import { ChatwsError, type ErrorCode } from '../../protocol/error.ts'
import { parseId } from '../../protocol/id.ts'
import type { Role } from '../../protocol/role.ts'
import { httpStatusOf } from '../auth/authenticator.ts'
import { readQuery } from '../auth/request-token.ts'
import { addressKey, type ClientAddresses } from '../limits/client-address.ts'
import type { Security } from '../limits/security.ts'

/** Who sends an HTTP request. */
export interface RequestIdentity {
  /** Undefined where a request did not say, and none had to be proven. */
  readonly userId: number | undefined
  readonly role: Role
  /** Whether it was proven, by a token; otherwise it is only said. */
  readonly isProven: boolean
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

/** Finds out by a token, or where none is asked for believes what a request says. */
export function createIdentify({ authenticator, addresses }: Security): Identify {
  if (!authenticator.isRequired) return (request) => believeUserId(request, addresses)
  return async (request) => {
    const found = await authenticator.identifyRequest(request)
    if ('userId' in found) return { userId: found.userId, role: found.role, isProven: true }
    throw new ChatwsError(CODES[httpStatusOf(found)], found.reason)
  }
}

/**
 * Believes the `userId` of the URL. Whoever is on the same machine may run the server; but not a
 * page in a browser there that came from elsewhere, which is told by the name that it uses for it.
 */
async function believeUserId(
  request: IncomingMessage,
  addresses: ClientAddresses,
): Promise<RequestIdentity> {
  const claim = readQuery(request.url ?? '').get('userId')
  const userId = parseId(claim ?? '')
  if (claim !== null && userId === undefined)
    throw new ChatwsError('INVALID_REQUEST', CloseCode.invalidUserId.reason)
  const isNear = addressKey(addresses.of(request)) === undefined && isDirect(request)
  return { userId, role: isNear ? 'admin' : 'user', isProven: false }
}

/** Whether nobody passed the request on, and it uses a name that only this machine has. */
function isDirect({ headers }: IncomingMessage): boolean {
  const isNamedSo = /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/.test(headers.host ?? '')
  return isNamedSo && !('x-forwarded-for' in headers) && !('forwarded' in headers)
}
