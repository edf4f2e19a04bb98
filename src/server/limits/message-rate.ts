import { ROUNDING_MS, TokenBuckets } from './token-buckets.ts'

/**
 * How long everything is refused once a bucket is empty. Without it, what a sender had underway
 * would be taken again as tokens trickle in, before what was refused and will be sent again.
 */
const HOLD_MS = 500

/** Seconds of the rate that may be sent at once. */
const BURST_S = 5

/** A frame that cannot be read counts once more for so many bytes: the others are read to some end. */
const BYTES_PER_COUNT = 1024

/** What becomes of a frame. */
export type RateVerdict =
  | 'accept'
  /** Not before this many milliseconds. */
  | { readonly retryAfterMs: number }
  /** The sender goes on and on although it was told. */
  | 'abuse'

/** How fast each user may send frames, over all its connections together. */
export class MessageRate {
  readonly perSecond: number
  /** Frames that may come at once. */
  readonly burst: number
  readonly #frames: TokenBuckets<number>
  readonly #refusals: TokenBuckets<number>
  /** User id → when it may send again; empty unless someone sends too fast. */
  readonly #heldUntil = new Map<number, number>()

  /** @param perSecond frames a second in the long run, above 0 */
  constructor(perSecond: number) {
    this.perSecond = perSecond
    this.burst = Math.max(1, Math.ceil(perSecond * BURST_S))
    this.#frames = new TokenBuckets(perSecond, this.burst)
    this.#refusals = new TokenBuckets(perSecond, this.burst)
  }

  /** Counts a frame of a user. */
  check(userId: number, nowMs: number): RateVerdict {
    const heldUntil = this.#heldUntil.size === 0 ? undefined : this.#heldUntil.get(userId)
    if (heldUntil !== undefined) {
      if (nowMs < heldUntil) return this.#refuse(userId, nowMs, heldUntil)
      this.#heldUntil.delete(userId)
    }
    const waitMs = this.#frames.take(userId, nowMs)
    if (waitMs === 0) return 'accept'
    const until = nowMs + Math.max(HOLD_MS, waitMs)
    this.#heldUntil.set(userId, until)
    return this.#refuse(userId, nowMs, until)
  }

  /** Counts frames that are not answered; stops where that is abuse. */
  countAll(userId: number, count: number, nowMs: number): RateVerdict {
    let verdict: RateVerdict = 'accept'
    for (let i = 0; i < count && verdict !== 'abuse'; i++) verdict = this.check(userId, nowMs)
    return verdict
  }

  /** Counts what a frame cost that was counted once and could not be read: it is not one burst more. */
  countUnreadable(userId: number, bytes: number, nowMs: number): RateVerdict {
    const count = Math.min(Math.floor(bytes / BYTES_PER_COUNT), this.burst)
    return this.countAll(userId, count, nowMs)
  }

  /** Forgets that a user who left is held; what it has sent still counts. */
  forget(userId: number): void {
    this.#heldUntil.delete(userId)
  }

  #refuse(userId: number, nowMs: number, until: number): RateVerdict {
    if (this.#refusals.take(userId, nowMs) > 0) return 'abuse'
    return { retryAfterMs: Math.max(1, Math.ceil(until - nowMs - ROUNDING_MS)) }
  }
}
