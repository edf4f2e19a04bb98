import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { hostName, isLoopbackName } from '../limits/host-name.ts'

/** Why a request is refused that uses another name. */
export const HOST_REFUSED = 'The server is not to be reached under this Host (--allow-hosts)'

export interface HostRules {
  /** Names that a client may use besides the loopback ones, in lower case; `*` lets all in. */
  readonly allowed: readonly string[]
  /** Whether addresses other than the loopback ones need to be listed too. */
  readonly isLocalOnly: boolean
  /** What a client asked for as Host, where a trusted proxy tells. */
  hostOf(request: IncomingMessage): string
}

/**
 * Whether a request uses a name under which the server means to be reached. Where anyone may be
 * anyone, that alone keeps away a web page whose own name was made to resolve to the server's
 * address (DNS rebinding): its browser takes the two for one origin. An address in place of a name
 * cannot be rebound.
 */
export class HostPolicy {
  readonly #rules: HostRules
  readonly #allowed: ReadonlySet<string>

  constructor(rules: HostRules) {
    this.#rules = rules
    this.#allowed = new Set(rules.allowed)
  }

  /** A page can make its browser send X-Forwarded-Host but not Host, so that both are looked at. */
  isAllowed(request: IncomingMessage): boolean {
    if (this.#allowed.has('*')) return true
    return this.#isListed(request.headers.host) && this.#isListed(this.#rules.hostOf(request))
  }

  #isListed(host: string | undefined): boolean {
    const name = hostName(host)
    if (name === undefined) return false
    if (isLoopbackName(name) || this.#allowed.has(name)) return true
    return !this.#rules.isLocalOnly && isIP(name.replace(/^\[|\]$/g, '')) !== 0
  }
}
