/** What one connection knows of who is online, among the users of a run. */
export class Roster {
  readonly #firstId: number
  readonly #isOnline: Uint8Array
  #count = 0

  constructor(firstId: number, userCount: number) {
    this.#firstId = firstId
    this.#isOnline = new Uint8Array(userCount)
  }

  /** How many of the run's users it holds online. */
  get count(): number {
    return this.#count
  }

  /** Takes note of a user's status; users outside the run are ignored. */
  set(userId: number, isOnline: boolean): void {
    const index = userId - this.#firstId
    const before = this.#isOnline[index]
    if (before === undefined) return
    this.#isOnline[index] = isOnline ? 1 : 0
    this.#count += this.#isOnline[index]! - before
  }

  /** How many users it holds in another state than `isOnline` says (user index → status). */
  differences(isOnline: (index: number) => boolean): number {
    return this.#isOnline.reduce(
      (sum, status, index) => sum + ((status === 1) === isOnline(index) ? 0 : 1),
      0,
    )
  }
}
