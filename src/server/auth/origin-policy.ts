import type { IncomingMessage } from 'node:http'
import { isLoopbackName } from '../limits/host-name.ts'

export interface OriginRules {
  /** Origins that may connect besides the server's own; `*` lets all in. */
  readonly allowed: readonly string[]
  /**
   * Whether the server's own origin must be a loopback one. Without it, a page whose name is
   * made to resolve to 127.0.0.1 would share the server's origin (DNS rebinding).
   */
  readonly isLocalOnly: boolean
  /** What a client asked for as Host. */
  hostOf(request: IncomingMessage): string
}

/** Whether a browser may connect from the page that it shows; what is no browser always may. */
export class OriginPolicy {
  readonly #rules: OriginRules
  readonly #allowed: ReadonlySet<string>

  constructor(rules: OriginRules) {
    this.#rules = rules
    this.#allowed = new Set(rules.allowed)
  }

  isAllowed(request: IncomingMessage): boolean {
    const { origin } = request.headers
    // Browsers always send it with WebSockets, and no page can leave it out.
    if (origin === undefined || this.#allowed.has('*')) return true
    return this.#allowed.has(origin) || this.#isOwn(origin, request)
  }

  #isOwn(origin: string, request: IncomingMessage): boolean {
    if (!URL.canParse(origin)) return false
    const { protocol, host, hostname } = new URL(origin)
    if (protocol !== 'http:' && protocol !== 'https:') return false
    const asked = `${protocol}//${this.#rules.hostOf(request)}`
    if (!URL.canParse(asked) || new URL(asked).host !== host) return false
    return !this.#rules.isLocalOnly || isLoopbackName(hostname)
  }
}
