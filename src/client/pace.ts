import type { ConnectionEstablished } from '../protocol/server-frames.ts'

/** A server that asks for less would be asked again as fast as can be. */
const MIN_WAIT_MS = 20

/** No server has a reason to take nothing for longer; one that says so is not obeyed. */
const MAX_WAIT_MS = 60_000

/**
 * How fast a server takes frames: some at once, and so many a second in the long run. The server
 * counts all connections of the user, so that it may still refuse what this lets pass.
 */
export class Pace {
  #intervalMs = 0
  #burstMs = 0
  /** When as many as possible may be sent at once again, on the clock of `performance`. */
  #restedAtMs = 0
  #heldUntilMs = 0

  /** A new connection has told what it takes; nothing was sent on it yet. */
  start({ messagesPerSecond, messageBurst = 1 }: ConnectionEstablished['limits']): void {
    const intervalMs = messagesPerSecond === undefined ? 0 : 1_000 / messagesPerSecond
    this.#intervalMs = Math.min(intervalMs, MAX_WAIT_MS)
    this.#burstMs = (messageBurst - 1) * this.#intervalMs
    this.#restedAtMs = 0
    this.#heldUntilMs = 0
  }

  /** The server takes nothing for a while. */
  hold(delayMs: number): void {
    const untilMs = performance.now() + Math.min(Math.max(delayMs, MIN_WAIT_MS), MAX_WAIT_MS)
    this.#heldUntilMs = Math.max(this.#heldUntilMs, untilMs)
  }

  /** Counts a frame and returns 0, or how many milliseconds it has to wait. */
  take(): number {
    const nowMs = performance.now()
    const restedAtMs = Math.max(nowMs, this.#restedAtMs)
    const waitMs = Math.max(restedAtMs - this.#burstMs, this.#heldUntilMs) - nowMs
    if (waitMs > 0) return waitMs
    this.#restedAtMs = restedAtMs + this.#intervalMs
    return 0
  }
}
