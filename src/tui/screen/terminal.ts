import type { EventEmitter } from 'node:events'

/** Mode → the sequences that turn it on and off, in the order of turning on. */
const MODES = {
  /** The title, kept on the terminal's stack. */
  title: ['\x1b[22;2t', '\x1b[23;2t'],
  /** The alternate screen, cleared this once. */
  screen: ['\x1b[?1049h\x1b[2J\x1b[H', '\x1b[?1049l\x1b[?25h'],
  /** A line that is wider than we think does not spoil the next one. */
  wrap: ['\x1b[?7l', '\x1b[?7h'],
  /** Bracketed paste. */
  paste: ['\x1b[?2004h', '\x1b[?2004l'],
  /** Tells when the window gets and loses the focus. */
  focus: ['\x1b[?1004h', '\x1b[?1004l'],
  /** Keys told apart that share a code otherwise: kitty's protocol. */
  keys: ['\x1b[>1u', '\x1b[<u'],
  /** Clicks and the wheel, with coordinates of any size. */
  mouse: ['\x1b[?1000h\x1b[?1006h', '\x1b[?1006l\x1b[?1000l'],
} as const

/** How long a stop takes at most; a process that nothing can wake again is not stopped at all. */
const STOP_MS = 100

export interface TerminalOptions {
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  /** Where signals, `exit` and `uncaughtException` are raised. */
  readonly process: Pick<EventEmitter, 'on' | 'off'> & {
    readonly pid: number
    kill(pid: number, signal: NodeJS.Signals): unknown
  }
  readonly hasMouse: boolean
  /** An error that nothing caught, or a rejection that nothing handled. */
  onCrash(error: unknown): void
  /** The terminal is entered again, after the program was stopped or made room for another. */
  onReturn(): void
}

/**
 * The terminal in full-screen use: raw mode, alternate screen, and what makes a terminal tell
 * more. It is left when the program stops, and at the latest when the process exits.
 */
export class Terminal {
  readonly #options: TerminalOptions
  #isEntered = false

  /** Enters it; whoever does so must call `leave`. */
  constructor(options: TerminalOptions) {
    this.#options = options
    const { process } = options
    // Node raises an unhandled rejection as an uncaught exception.
    process.on('uncaughtException', options.onCrash)
    process.on('exit', this.#restore)
    process.on('SIGTSTP', this.#stop)
    process.on('SIGCONT', this.#continue)
    this.#enter()
  }

  /** Puts the terminal back as it was; a second call does nothing. */
  readonly leave = (): void => {
    const { process, onCrash } = this.#options
    this.#restore()
    process.off('exit', this.#restore)
    process.off('SIGTSTP', this.#stop)
    process.off('SIGCONT', this.#continue)
    process.off('uncaughtException', onCrash)
  }

  /** Stops the program and whatever started it, as Ctrl-Z does where keys are not read raw. */
  suspend(): void {
    this.#options.process.kill(0, 'SIGTSTP')
  }

  /** Gives the terminal to someone else, until they are done. */
  async lend<Result>(use: () => Promise<Result>): Promise<Result> {
    this.#restore()
    try {
      return await use()
    } finally {
      this.#enter()
      this.#options.onReturn()
    }
  }

  readonly #stop = (): void => {
    const { process } = this.#options
    this.#restore()
    // Without a handler the signal stops the process, here and now.
    process.off('SIGTSTP', this.#stop)
    process.kill(process.pid, 'SIGTSTP')
    setTimeout(this.#continue, STOP_MS)
  }

  readonly #continue = (): void => {
    const { process } = this.#options
    process.off('SIGTSTP', this.#stop)
    process.on('SIGTSTP', this.#stop)
    this.#enter()
    // Whoever had the terminal meanwhile may have drawn on it, or changed its size.
    this.#options.onReturn()
  }

  #modes(): (readonly [string, string])[] {
    const { mouse, ...others } = MODES
    return [...Object.values(others), ...(this.#options.hasMouse ? [mouse] : [])]
  }

  #enter(): void {
    if (this.#isEntered) return
    this.#isEntered = true
    const { stdin, stdout } = this.#options
    stdin.setRawMode(true)
    stdout.write(
      this.#modes()
        .map(([on]) => on)
        .join(''),
    )
    stdin.resume()
  }

  readonly #restore = (): void => {
    if (!this.#isEntered) return
    this.#isEntered = false
    const { stdin, stdout } = this.#options
    stdout.write(
      this.#modes()
        .map(([, off]) => off)
        .reverse()
        .join(''),
    )
    restoreInput(stdin)
  }
}

function restoreInput(stdin: NodeJS.ReadStream): void {
  stdin.pause()
  try {
    stdin.setRawMode(false)
  } catch {
    // The terminal is gone, as after SIGHUP: there is nothing to restore.
  }
}
