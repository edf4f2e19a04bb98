/** Bytes for each user: four counts and two times. */
const BYTES_PER_USER = 4 * 4 + 2 * 8

/**
 * Who is really here, in memory that all generators of a process share. Each user's entries are
 * written by the one generator that has its connections, and read by all.
 */
export class UserLedger {
  readonly #open: Int32Array
  readonly #leaves: Int32Array
  readonly #joinUs: Float64Array
  readonly #leaveUs: Float64Array
  /** Connections of which it is not known whether the server has taken them for open. */
  readonly #opening: Int32Array
  /** 1 for a user that was ever meant to be here. */
  readonly #known: Int32Array

  constructor(memory: SharedArrayBuffer) {
    const users = memory.byteLength / BYTES_PER_USER
    this.#joinUs = new Float64Array(memory, 0, users)
    this.#leaveUs = new Float64Array(memory, users * 8, users)
    this.#open = new Int32Array(memory, users * 16, users)
    this.#leaves = new Int32Array(memory, users * 20, users)
    this.#known = new Int32Array(memory, users * 24, users)
    this.#opening = new Int32Array(memory, users * 28, users)
  }

  static allocate(users: number): SharedArrayBuffer {
    return new SharedArrayBuffer(users * BYTES_PER_USER)
  }

  /** A connection of the user is being opened; the user comes, if it has none yet. */
  opening(user: number, dueUs: number): void {
    this.#known[user] = 1
    Atomics.add(this.#opening, user, 1)
    if (this.#open[user] === 0) this.#joinUs[user] = dueUs
  }

  opened(user: number): void {
    Atomics.add(this.#open, user, 1)
    Atomics.sub(this.#opening, user, 1)
  }

  /** A connection that was open is being closed, or was lost. */
  closed(user: number, nowUs: number): void {
    if (Atomics.sub(this.#open, user, 1) > 1) return
    this.#leaveUs[user] = nowUs
    Atomics.add(this.#leaves, user, 1)
  }

  /** A connection ended before it was greeted: the server may have taken it for open for a while. */
  gaveUp(user: number): void {
    Atomics.add(this.#leaves, user, 1)
    Atomics.sub(this.#opening, user, 1)
  }

  /** Whether the user has an open connection. */
  isHere(user: number): boolean {
    return this.#open[user]! > 0
  }

  /** Whether the server may take the user for one that is here, although it has not said so. */
  isComing(user: number): boolean {
    return this.#open[user] === 0 && this.#opening[user]! > 0
  }

  /** Whether somebody of this process was, is or will be the user. */
  isKnown(user: number): boolean {
    return this.#known[user] === 1
  }

  /** How often the user may have left at most, for all that the server can know. */
  leavesOf(user: number): number {
    return this.#leaves[user]!
  }

  /** When the user last came; 0 when it never did. */
  joinUs(user: number): number {
    return this.#joinUs[user]!
  }

  /** When the user last left; 0 when it never did. */
  leaveUs(user: number): number {
    return this.#leaveUs[user]!
  }
}
