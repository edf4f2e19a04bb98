/** Tells when a user has done nothing for a while, and when they are back. */
export class IdleWatch {
  readonly #idleMs: number
  readonly #onChange: (state: 'active' | 'idle') => void
  #state: 'active' | 'idle' = 'active'
  #timer: ReturnType<typeof setTimeout>

  constructor(idleMs: number, onChange: (state: 'active' | 'idle') => void) {
    this.#idleMs = idleMs
    this.#onChange = onChange
    this.#timer = this.#wait()
  }

  /** The user did something. */
  touch(): void {
    clearTimeout(this.#timer)
    this.#timer = this.#wait()
    if (this.#state === 'idle') this.#set('active')
  }

  close(): void {
    clearTimeout(this.#timer)
  }

  #wait(): ReturnType<typeof setTimeout> {
    return setTimeout(() => this.#set('idle'), this.#idleMs)
  }

  #set(state: 'active' | 'idle'): void {
    this.#state = state
    this.#onChange(state)
  }
}
