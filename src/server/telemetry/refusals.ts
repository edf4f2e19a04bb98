/** Why a connection may not be opened, or not stay. */
export const CONNECTION_REFUSALS = [
  'draining',
  'max_connections',
  'address_connections',
  'address_rate',
  'user_connections',
  'origin',
  'host',
  'user_id',
  'token',
  'auth_unavailable',
  'banned',
  'storage',
] as const
export type ConnectionRefusal = (typeof CONNECTION_REFUSALS)[number]

/** What was refused so often. */
export interface RefusalCount {
  readonly what: 'connection' | 'frame' | 'request'
  /** Of a frame or request the error code that it was answered with. */
  readonly reason: string
  readonly count: number
}

/** Counts what the server did not do, by reason. */
export class Refusals {
  readonly #counts = new Map<string, { -readonly [Key in keyof RefusalCount]: RefusalCount[Key] }>()

  constructor() {
    // A rate can be told from the first refusal on only where there was a 0 before it.
    for (const reason of CONNECTION_REFUSALS) this.#entry('connection', reason)
  }

  countConnection(reason: ConnectionRefusal): void {
    this.#entry('connection', reason).count += 1
  }

  countFrame(code: string): void {
    this.#entry('frame', code).count += 1
  }

  countRequest(code: string): void {
    this.#entry('request', code).count += 1
  }

  /** What was refused so far. */
  list(): Iterable<RefusalCount> {
    return this.#counts.values()
  }

  #entry(what: RefusalCount['what'], reason: string) {
    const key = `${what} ${reason}`
    const known = this.#counts.get(key)
    if (known) return known
    const entry = { what, reason, count: 0 }
    this.#counts.set(key, entry)
    return entry
  }
}
