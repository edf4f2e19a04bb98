import type { Timers } from './timers.ts'

/** How often it is looked whether the server is still there, and whether the machine has slept. */
const CHECK_MS = 1_000

/** A look that comes so much later than it should tells that the machine, or its page, has slept. */
const SLEPT_MS = 3_000

/** How long a server may say nothing; then it is asked. Its own heartbeat is not seen in browsers. */
const QUIET_MS = 40_000

/** How long it may say nothing to what was said to it. */
const ANSWER_MS = 10_000

/** How long it may say nothing where the connection is likely to have ended unnoticed. */
const WOKEN_ANSWER_MS = 1_000

/** Before a look that is so much later than it should be, answers may have come that were not read yet. */
const LATE_MS = 250

/** Timers may be early by their own clock. */
const EARLY_MS = 20

/** What is done about a server that is silent. */
export interface LivenessActions {
  /** Asks it something that it answers. */
  ask(): void
  /** It is gone; where that was asked because something has woken, a new connection is wanted now. */
  giveUp(isWoken: boolean): void
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
  /** When it is too late for the answer to what it was asked; infinity while it is not asked. */
  #dueMs = Number.POSITIVE_INFINITY
  #isWoken = false
  /** Whether a look was too late to tell, and the next one is to. */
  #isPutOff = false
  /** When it is to be looked next, by the clock of timers, and by that of the wall. */
  #nextMs = 0
  #nextWallMs = 0
  #cancel: (() => void) | undefined

  constructor(timers: Timers, actions: LivenessActions) {
    this.#timers = timers
    this.#actions = actions
  }

  /** Watches a connection that has just opened. */
  start(): void {
    this.stop()
    this.heard()
    this.#checkAfter(CHECK_MS)
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
    this.#forgetAsked()
  }

  heard(): void {
    this.#heardAtMs = performance.now()
    this.#forgetAsked()
  }

  said(): void {
    this.#saidAtMs ??= performance.now()
  }

  /** The machine or its network has woken: asks now, and waits only briefly for the answer. */
  woken(): void {
    if (!this.#cancel) return
    this.#cancel()
    this.#askWoken()
    this.#checkAfter(WOKEN_ANSWER_MS)
  }

  #askWoken(): void {
    this.#isWoken = true
    this.#ask(WOKEN_ANSWER_MS)
  }

  /** Asks, unless it is asked already; the answer has to come in time. */
  #ask(answerMs: number): void {
    const isAsked = this.#dueMs !== Number.POSITIVE_INFINITY
    this.#dueMs = Math.min(this.#dueMs, performance.now() + answerMs)
    if (!isAsked) this.#actions.ask()
  }

  #forgetAsked(): void {
    this.#saidAtMs = undefined
    this.#isWoken = this.#isPutOff = false
    this.#dueMs = Number.POSITIVE_INFINITY
  }

  #checkAfter(delayMs: number): void {
    this.#nextMs = performance.now() + delayMs
    this.#nextWallMs = Date.now() + delayMs
    this.#cancel = this.#timers.after(delayMs, this.#check)
  }

  readonly #check = (): void => {
    const nowMs = performance.now()
    if (nowMs >= this.#dueMs - EARLY_MS) {
      if (this.#isPutOff || nowMs - this.#nextMs < LATE_MS) {
        const isWoken = this.#isWoken
        this.stop()
        this.#actions.giveUp(isWoken)
        return
      }
      this.#isPutOff = true
    }
    // The clock that timers go by may have stood still meanwhile.
    if (Date.now() - this.#nextWallMs >= SLEPT_MS) this.#askWoken()
    const hasNoAnswer = nowMs - (this.#saidAtMs ?? nowMs) >= ANSWER_MS
    if (hasNoAnswer || nowMs - this.#heardAtMs >= QUIET_MS) this.#ask(ANSWER_MS)
    this.#checkAfter(CHECK_MS)
  }
}
