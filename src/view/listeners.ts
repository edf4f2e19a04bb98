/** Who wants to hear of changes; a base class of what changes. */
export class Listeners {
  readonly #listeners = new Set<() => void>()

  /** Calls `listener` after changes, until the function returned is called. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  protected changed(): void {
    for (const listener of [...this.#listeners]) listener()
  }
}
