import { CloseCode } from '../../protocol/close-code.ts'
import { parseId } from '../../protocol/id.ts'
import { MAX_TOKEN_LENGTH } from '../../protocol/limits.ts'
import { type RequestHead, readQuery, readToken } from './request-token.ts'
import type { Identity, TokenVerifier } from './token-verifier.ts'

/**
 * Tells who a client is: whoever its token names or, while authentication is off, whoever it
 * says it is.
 */
export class Authenticator {
  readonly #verify: TokenVerifier | undefined
  readonly #onRefused: (reason: string) => void

  /**
   * @param verify turns authentication on
   * @param onRefused hears why a client is not let in, besides what `verify` finds
   */
  constructor(verify?: TokenVerifier, onRefused: (reason: string) => void = () => {}) {
    this.#verify = verify
    this.#onRefused = onRefused
  }

  get isRequired(): boolean {
    return this.#verify !== undefined
  }

  /** Who a client is that says it is `userId`, or why it may not connect. */
  async identify(userId: number, token: string | undefined): Promise<Identity | CloseCode> {
    if (!this.#verify) return anyone(userId)
    const identity = await this.#identifyToken(token)
    if (!('userId' in identity) || identity.userId === userId) return identity
    this.#onRefused(`it is that of another user than ${userId}`)
    return CloseCode.userMismatch
  }

  /**
   * Who makes an HTTP request. With authentication a token says so, and a `userId` in the query
   * must agree with it; without, the `userId` is all there is.
   */
  async identifyRequest(request: RequestHead): Promise<Identity | CloseCode> {
    const claim = readQuery(request.url ?? '').get('userId')
    const userId = parseId(claim ?? '')
    if (claim && userId === undefined) return CloseCode.invalidUserId
    if (userId !== undefined) return this.identify(userId, readToken(request))
    return this.#verify ? this.#identifyToken(readToken(request)) : CloseCode.userIdRequired
  }

  async #identifyToken(token: string | undefined): Promise<Identity | CloseCode> {
    if (!token) {
      this.#onRefused('there is none')
      return CloseCode.tokenRequired
    }
    if (token.length > MAX_TOKEN_LENGTH) {
      this.#onRefused(`it is longer than ${MAX_TOKEN_LENGTH} characters`)
      return CloseCode.tokenInvalid
    }
    return this.#verify!(token)
  }
}

/** Who a client is that nobody asks for a token. */
export function anyone(userId: number): Identity {
  return { userId, role: 'user', expiresAtMs: 0 }
}

/** The HTTP status that says the same as the close of a connection that may not be opened. */
export function httpStatusOf(refusal: CloseCode): 400 | 401 | 403 | 503 {
  if (refusal.code === CloseCode.userIdRequired.code) return 400
  if (refusal === CloseCode.authUnavailable) return 503
  return refusal === CloseCode.userMismatch ? 403 : 401
}
