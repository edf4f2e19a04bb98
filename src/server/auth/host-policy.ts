import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'

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

/** Whether a Host header names this machine, as only this machine does. */
export function isLoopbackHost(host: string | undefined): boolean {
  const name = hostName(host)
  return name !== undefined && isLoopbackName(name)
}

/** Whether a name, as a URL has it, is one of this machine only. */
export function isLoopbackName(name: string): boolean {
  return name === 'localhost' || name === '[::1]' || (isIP(name) === 4 && name.startsWith('127.'))
}

/** The name in a Host header, without the port, in lower case; undefined where there is none. */
function hostName(host = ''): string | undefined {
  return /^([\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i.exec(host)?.[1]?.toLowerCase()
}
