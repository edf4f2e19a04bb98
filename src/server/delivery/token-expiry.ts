import { CloseCode } from '../../protocol/close-code.ts'

/** How often it is looked whose token has ended. */
const SWEEP_MS = 1_000

/** What the sweep needs of a connection. */
export interface Expiring {
  /** In milliseconds since 1970; 0 if never. */
  readonly expiresAtMs: number
  close(code: CloseCode): void
}

/** Closes connections whose tokens have ended, with one timer for all. */
export class TokenExpiry {
  readonly #connections: () => readonly Expiring[]
  #timer: NodeJS.Timeout | undefined

  /** @param connections those that are open now */
  constructor(connections: () => readonly Expiring[]) {
    this.#connections = connections
  }

  /** Begins to sweep; stop ends it. */
  start(): void {
    this.#timer = setInterval(() => this.#sweep(Date.now()), SWEEP_MS)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #sweep(nowMs: number): void {
    const connections = this.#connections()
    // Backwards, because a connection that closes may leave the list.
    for (let i = connections.length - 1; i >= 0; i--) {
      const { expiresAtMs } = connections[i]!
      if (expiresAtMs !== 0 && expiresAtMs <= nowMs) connections[i]!.close(CloseCode.tokenExpired)
    }
  }
}
