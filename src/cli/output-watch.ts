import type { Writable } from 'node:stream'
import type { Host } from './host.ts'

/** Exit code of a command that did its work, but could not tell what came of it. */
const OUTPUT_LOST = 1

/**
 * Notices that what a command writes does not arrive. A reader that has seen enough
 * (`chatws … | head`) is no error, and no reason for a command with a verdict to stop; one that
 * only writes for its reader listens for the stream's `error` itself.
 */
export class OutputWatch {
  readonly #host: Host
  /** The first failure of each stream; that its reader or its terminal is gone is none. */
  readonly #failures = new Map<'stdout' | 'stderr', Error>()

  readonly #abandoned: Promise<void>
  /** Waits no longer for what was written to be out. */
  abandon!: () => void

  constructor(host: Host) {
    this.#host = host
    this.#abandoned = new Promise((resolve) => {
      this.abandon = resolve
    })
    for (const name of ['stdout', 'stderr'] as const)
      host[name].on('error', (error: NodeJS.ErrnoException) => {
        const isUnread = error.code === 'EPIPE' || (error.code === 'EIO' && host[name].isTTY)
        if (!isUnread && !this.#failures.has(name)) this.#failures.set(name, error)
      })
  }

  /**
   * The exit code of a command, once all that it wrote is out: success only when that has arrived
   * wherever it was to go.
   */
  async finish(exitCode: number): Promise<number> {
    await Promise.race([this.#untilAllIsOut(), this.#abandoned])
    return exitCode === 0 && this.#failures.size > 0 ? OUTPUT_LOST : exitCode
  }

  async #untilAllIsOut(): Promise<void> {
    const { stdout, stderr } = this.#host
    await Promise.all([untilOut(stdout), untilOut(stderr)])
    const failure = this.#failures.get('stdout')
    if (!failure) return
    stderr.write(`chatws: standard output cannot be written: ${failure.message}\n`)
    await untilOut(stderr)
  }
}

/** Resolves when what was written before is out, or has failed and said so. */
function untilOut(stream: Writable): Promise<void> {
  // A stream tells whoever wrote before it tells all: its `error` comes a tick later.
  return new Promise((resolve) => stream.write('', () => setImmediate(resolve)))
}
