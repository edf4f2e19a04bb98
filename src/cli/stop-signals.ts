import type { Host } from './host.ts'

/** How much longer than it may take an orderly stop is waited for, so that it can end by itself. */
const GRACE_MS = 1_000

/**
 * The signals, and requests, that end a server: the first begins an orderly stop, which may take
 * its time; a second one ends it at once, whatever holds it up.
 */
export class StopSignals {
  readonly #stop = new AbortController()
  readonly #forced: Promise<'second signal' | 'time'>
  #force!: (reason: 'second signal' | 'time') => void
  readonly #timeoutMs: number

  /** @param timeoutMs how long an orderly stop may take */
  constructor(host: Pick<Host, 'onSignal'>, timeoutMs: number) {
    this.#timeoutMs = timeoutMs
    this.#forced = new Promise((resolve) => {
      this.#force = resolve
    })
    host.onSignal((signal) => {
      if (this.#stop.signal.aborted) this.#force('second signal')
      else this.begin(signal)
    })
  }

  /** Begins the stop, if it has not begun. */
  begin(reason: string): void {
    if (this.#stop.signal.aborted) return
    this.#stop.abort(reason)
    setTimeout(() => this.#force('time'), this.#timeoutMs + GRACE_MS).unref()
  }

  /** Resolves to the reason when the stop begins. */
  get begun(): Promise<string> {
    const { signal } = this.#stop
    if (signal.aborted) return Promise.resolve(signal.reason)
    return new Promise((resolve) =>
      signal.addEventListener('abort', () => resolve(signal.reason), { once: true }),
    )
  }

  /** Resolves when the stop must end though it is not done: to what ended it. */
  get forced(): Promise<'second signal' | 'time'> {
    return this.#forced
  }
}
