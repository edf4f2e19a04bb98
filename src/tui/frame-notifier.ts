/** About thirty notifications a second, which is what a terminal can show. */
const FRAME_MS = 33

/**
 * Tells its listeners that something changed: at once after a quiet time, and at most once a
 * frame under load.
 */
export class FrameNotifier {
  readonly #listeners = new Set<() => void>()
  #timer: ReturnType<typeof setTimeout> | undefined
  #isChanged = false
  #isPaused = false

  /** Calls `listener` on changes until the function returned is called. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Something changed. */
  changed(): void {
    this.#isChanged = true
    if (this.#timer === undefined) this.#notify()
  }

  /** Something changed that someone waits to see. */
  changedNow(): void {
    clearTimeout(this.#timer)
    this.#isChanged = true
    this.#notify()
  }

  /** Notifies nobody until `resume`: someone else has the screen. */
  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
  }

  /** Notifies no more. */
  close(): void {
    clearTimeout(this.#timer)
    this.#listeners.clear()
  }

  #notify(): void {
    if (this.#isPaused) return
    this.#isChanged = false
    // Armed first, so that a change made by a listener waits for the next frame.
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      if (this.#isChanged) this.#notify()
    }, FRAME_MS)
    for (const listener of this.#listeners) listener()
    this.#timer.refresh()
  }
}
