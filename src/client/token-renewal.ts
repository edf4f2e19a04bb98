import type { Link, TokenSource } from './reconnecting-socket.ts'
import type { Timers } from './timers.ts'

/** How long before its end a token is renewed, unless it is too short for that. */
const AHEAD_MS = 60_000

/** How long after one that did not come the next token is asked for. */
const RETRY_MS = 5_000

/**
 * Says a new token on the open connection before the one that it has ends, where a function gives
 * tokens: otherwise the server would cut it off to have it come again with another.
 */
export class TokenRenewal {
  readonly #source: TokenSource | undefined
  readonly #timers: Timers
  readonly #link: Link
  #cancel: (() => void) | undefined
  /** How far the server's clock is ahead. */
  #skewMs = 0
  #round = 0

  constructor(source: TokenSource | undefined, timers: Timers, link: Link) {
    this.#source = source
    this.#timers = timers
    this.#link = link
  }

  /** A connection is open that was asked for with a token. */
  opened(token: string | undefined, serverTime: string): void {
    this.#skewMs = Date.parse(serverTime) - Date.now()
    // Whoever hears that it is open may close it.
    if (this.#link.isOpen) this.#schedule(token)
  }

  /** The connection is no longer, or not yet another one. */
  stop(): void {
    this.#cancel?.()
    this.#round += 1
  }

  #schedule(token: string | undefined): void {
    this.stop()
    const source = this.#source
    const endMs = token === undefined ? undefined : readEnd(token)
    if (typeof source !== 'function' || endMs === undefined) return
    const leftMs = endMs - Date.now() - this.#skewMs
    const delayMs = Math.max(leftMs - Math.min(AHEAD_MS, leftMs / 2), 0)
    if (leftMs > 0) this.#cancel = this.#timers.after(delayMs, () => this.#renew(source, token))
  }

  #renew(source: () => string | Promise<string>, old: string | undefined): void {
    const round = this.#round
    const settle = (token?: string) => {
      if (this.#round !== round) return
      if (token === undefined || token === old)
        this.#cancel = this.#timers.after(RETRY_MS, () => this.#renew(source, old))
      else {
        this.#link.send({ type: 'AUTH', token })
        this.#schedule(token)
      }
    }
    new Promise<string>((resolve) => resolve(source())).then(settle, () => settle())
  }
}

/** When a JSON Web Token ends, in milliseconds since 1970; undefined where it does not say. */
function readEnd(token: string): number | undefined {
  try {
    const payload = token.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/')
    const { exp } = JSON.parse(atob(payload))
    return Number.isFinite(exp) ? exp * 1000 : undefined
  } catch {
    return undefined
  }
}
