import type { Timers } from './timers.ts'

/** How often it is looked whether the server is still there. */
const CHECK_MS = 5_000

/** How long a server may say nothing; then it is asked. Its own heartbeat is not seen in browsers. */
const QUIET_MS = 40_000

/** How long it may say nothing to what was said to it. */
const ANSWER_MS = 10_000

/** What is done about a server that is silent. */
export interface LivenessActions {
  /** Asks it something that it answers. */
  ask(): void
  /** It is gone. */
  giveUp(): void
}

/**
 * Finds out whether the server of an open connection is still there: one that was not heard of for
 * long, or has not answered, is asked, and given up when it does not answer that either. A
 * connection whose other end is gone can stay open for hours.
 */
export class Liveness {
  readonly #timers: Timers
  readonly #actions: LivenessActions
  #heardAtMs = 0
  /** When something was said first since the server was heard of. */
  #saidAtMs: number | undefined
  #askedAtMs: number | undefined
  #cancel: (() => void) | undefined

  constructor(timers: Timers, actions: LivenessActions) {
    this.#timers = timers
    this.#actions = actions
  }

  /** Watches a connection that has just opened. */
  start(): void {
    this.stop()
    this.heard()
    this.#cancel = this.#timers.after(CHECK_MS, this.#check)
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
    this.#saidAtMs = this.#askedAtMs = undefined
  }

  heard(): void {
    this.#heardAtMs = performance.now()
    this.#saidAtMs = this.#askedAtMs = undefined
  }

  said(): void {
    this.#saidAtMs ??= performance.now()
  }

  /** Asks now, unless it is asked already; does nothing while no connection is watched. */
  ask(): void {
    if (!this.#cancel || this.#askedAtMs !== undefined) return
    this.#askedAtMs = performance.now()
    this.#actions.ask()
  }

  readonly #check = (): void => {
    const nowMs = performance.now()
    if (nowMs - (this.#askedAtMs ?? nowMs) >= ANSWER_MS) {
      this.stop()
      this.#actions.giveUp()
      return
    }
    const hasNoAnswer = nowMs - (this.#saidAtMs ?? nowMs) >= ANSWER_MS
    if (hasNoAnswer || nowMs - this.#heardAtMs >= QUIET_MS) this.ask()
    this.#cancel = this.#timers.after(CHECK_MS, this.#check)
  }
}
