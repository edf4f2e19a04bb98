import { escapeUnsafe } from '../../protocol/escape-unsafe.ts'

/** Reasons that are told apart; a server could make up any number. */
const MAX_REASONS = 100

const MAX_LENGTH = 100

/** Counts by reason, in words that may be the tested server's. */
export class Tally {
  readonly #counts = new Map<string, number>()

  add(reason: string, count = 1): void {
    const words = escapeUnsafe(reason.slice(0, MAX_LENGTH))
    const isRoom = this.#counts.size < MAX_REASONS || this.#counts.has(words)
    const name = isRoom ? words : 'other reasons'
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + count)
  }

  /** How many there are in all. */
  get total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0)
  }

  toRecord(): Record<string, number> {
    return Object.fromEntries(this.#counts)
  }
}
