import type { EventEmitter } from 'node:events'

/** Alternate screen, cleared, cursor at its start; bracketed paste. */
const ENTER = '\x1b[?1049h\x1b[2J\x1b[H\x1b[?2004h'

/** The reverse, and the cursor visible. */
const LEAVE = '\x1b[?2004l\x1b[?1049l\x1b[?25h'

export interface TerminalOptions {
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  /** Where `exit` and `uncaughtException` are raised. */
  readonly process: Pick<EventEmitter, 'on' | 'off'>
  /** An error that nothing caught, or a rejection that nothing handled. */
  onCrash(error: unknown): void
  /** Called once, before the screen is left: the last moment to draw. */
  onLeave(): void
}

/**
 * The terminal in full-screen use: raw mode, alternate screen, bracketed paste. It is left
 * exactly once, and at the latest when the process exits.
 */
export class Terminal {
  readonly #options: TerminalOptions
  #isLeft = false

  /** Enters it; whoever does so must call `leave`. */
  constructor(options: TerminalOptions) {
    this.#options = options
    // Node raises an unhandled rejection as an uncaught exception.
    options.process.on('uncaughtException', options.onCrash)
    options.process.on('exit', this.leave)
    options.stdin.setRawMode(true)
    options.stdout.write(ENTER)
    options.stdin.resume()
  }

  /** Puts the terminal back as it was; a second call does nothing. */
  readonly leave = (): void => {
    if (this.#isLeft) return
    this.#isLeft = true
    const { process, stdin, stdout, onCrash, onLeave } = this.#options
    try {
      onLeave()
    } finally {
      stdout.write(LEAVE)
      restoreInput(stdin)
      process.off('exit', this.leave)
      process.off('uncaughtException', onCrash)
    }
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
