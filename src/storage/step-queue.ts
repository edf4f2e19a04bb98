/** Who asks: the steps of one are counted together. Undefined is the server itself. */
export type Asker = number | string | undefined

/** The steps of an asker take one part in so many of the time, in the long run. */
const ASKER_SHARE = 4

/** Milliseconds that the steps of an asker may take at once, before that. */
const BURST_MS = 250

/** While something is stored, no step begins for so many times as long as the last one took. */
const REST = 3

/** Askers below which none is cleared away. */
const MIN_PURGE = 1_024

interface Step {
  readonly asker: Asker
  readonly go: () => void
}

/**
 * Steps of what takes long, which wait for turns of the event loop in which no other begins: with
 * `setImmediate`, the steps of many questions would meet in one turn. First comes who has had least. What
 * a step takes is charged to its asker, and one that asks on and on waits longer for each.
 *
 * What is stored goes first: it takes a few turns until it is sent, and would wait for a step in each.
 */
export class StepQueue {
  readonly #clock: () => number
  readonly #waiting: Step[] = []
  /** Asker → until when what its steps took so far is paid for: before that, none of them begins. */
  readonly #paidAt = new Map<Asker, number>()
  #purgeAtSize = MIN_PURGE
  /** The step of this turn, and when it began. */
  #running: Step | undefined
  #startMs = 0
  /** When the steps that give way to what is stored may go on. */
  #restedAtMs = 0
  #holds = 0
  #isScheduled = false
  #timer: NodeJS.Timeout | undefined

  /** @param clock tells the time, in milliseconds */
  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock
  }

  /** Askers whose steps are remembered. */
  get askers(): number {
    return this.#paidAt.size
  }

  /** Resolves in a turn of its own; without an asker, it is the one whose step this turn is. */
  wait(asker: Asker = this.#running?.asker): Promise<void> {
    return new Promise((go) => {
      this.#waiting.push({ asker, go })
      this.#plan()
    })
  }

  /** Something is to be stored: steps give way to it until the function is called that this returns. */
  hold(): () => void {
    this.#holds += 1
    return () => {
      this.#holds -= 1
      if (this.#holds === 0 && this.#waiting.length > 0) this.#plan()
    }
  }

  /** Has the next step begin as soon as one may. */
  #plan(): void {
    if (this.#isScheduled) return
    clearTimeout(this.#timer)
    const nowMs = this.#clock()
    const dueMs = Math.max(this.#firstReadyMs(nowMs), this.#holds > 0 ? this.#restedAtMs : 0)
    const waitMs = dueMs - nowMs
    if (waitMs <= 0) this.#schedule()
    else this.#timer = setTimeout(this.#schedule, Math.ceil(waitMs))
  }

  readonly #schedule = (): void => {
    if (this.#isScheduled) return
    this.#isScheduled = true
    // The second follows the first at once, but for what the first has made ready: the step itself.
    setImmediate(this.#begin)
    setImmediate(this.#end)
  }

  readonly #begin = (): void => {
    this.#startMs = this.#clock()
    this.#running = this.#take(this.#startMs)
    this.#running?.go()
  }

  readonly #end = (): void => {
    if (this.#running) this.#charge(this.#running, this.#clock())
    this.#running = undefined
    this.#isScheduled = false
    if (this.#waiting.length > 0) this.#plan()
  }

  /** Of the steps that may begin, the one whose asker has had least. */
  #take(nowMs: number): Step | undefined {
    if (this.#holds > 0 && nowMs < this.#restedAtMs) return undefined
    let first = -1
    let least = nowMs
    for (const [i, { asker }] of this.#waiting.entries()) {
      const readyMs = this.#readyMs(asker, nowMs)
      if (readyMs > least || (readyMs === least && first >= 0)) continue
      first = i
      least = readyMs
    }
    return first < 0 ? undefined : this.#waiting.splice(first, 1)[0]
  }

  #charge({ asker }: Step, nowMs: number): void {
    const tookMs = nowMs - this.#startMs
    this.#restedAtMs = nowMs + REST * tookMs
    if (this.#paidAt.size >= this.#purgeAtSize) this.#purge(nowMs)
    this.#paidAt.set(asker, this.#readyMs(asker, nowMs) + tookMs * shareOf(asker))
  }

  /** When a step of an asker may begin, in the past by as much as it may take at once. */
  #readyMs(asker: Asker, nowMs: number): number {
    return Math.max(
      nowMs - BURST_MS * shareOf(asker),
      this.#paidAt.get(asker) ?? Number.NEGATIVE_INFINITY,
    )
  }

  #firstReadyMs(nowMs: number): number {
    let first = Number.POSITIVE_INFINITY
    for (const { asker } of this.#waiting) first = Math.min(first, this.#readyMs(asker, nowMs))
    return first
  }

  #purge(nowMs: number): void {
    for (const [asker, paidMs] of this.#paidAt)
      if (paidMs <= nowMs - BURST_MS * shareOf(asker)) this.#paidAt.delete(asker)
    this.#purgeAtSize = Math.max(MIN_PURGE, 2 * this.#paidAt.size)
  }
}

/** How many milliseconds pass until one is paid for: the server itself may take all of them. */
function shareOf(asker: Asker): number {
  return asker === undefined ? 1 : ASKER_SHARE
}
