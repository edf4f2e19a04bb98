import { sanitizeLine } from './sanitize.ts'

/** Notifications do not come faster than this. */
const INTERVAL_MS = 1_000

/** A longer notification is cut. */
const MAX_LENGTH = 200

export interface NotifierOptions {
  write(text: string): void
  /** Whether to ring and to notify at all. */
  readonly isEnabled: boolean
  /** Milliseconds of a clock that never goes back. */
  now?(): number
}

/** The bell, OSC 9 notifications, and the window's title. */
export class Notifier {
  readonly #options: NotifierOptions
  #lastMs = Number.NEGATIVE_INFINITY
  #title = ''

  constructor(options: NotifierOptions) {
    this.#options = options
  }

  /** Rings, and has the terminal show `text`, where it can. */
  notify(text: string): void {
    const { write, isEnabled, now = performance.now.bind(performance) } = this.#options
    if (!isEnabled || now() - this.#lastMs < INTERVAL_MS) return
    this.#lastMs = now()
    // ConEmu and Windows Terminal read "4;…" after OSC 9 as a progress bar: a letter goes first.
    const shown = sanitizeLine(text.slice(0, MAX_LENGTH))
    write(`\x07\x1b]9;chatws: ${shown}\x1b\\`)
  }

  /** Sets the window's title, where it is another than before. */
  setTitle(text: string): void {
    const title = sanitizeLine(text.slice(0, MAX_LENGTH))
    if (title === this.#title) return
    this.#title = title
    this.#options.write(`\x1b]2;${title}\x1b\\`)
  }

  /** The title has been changed by someone else. */
  forgetTitle(): void {
    this.#title = ''
  }
}
