import { fstatSync, writeSync } from 'node:fs'
import type { Writable } from 'node:stream'
import { isatty } from 'node:tty'

/** Bytes that may wait for whoever reads the log; beyond that, lines are dropped. */
const MAX_WAITING_BYTES = 1024 * 1024

/** How long the end of a process waits for its last lines to be read. */
const FLUSH_TIMEOUT_MS = 500

/**
 * Where the lines of a log go, without ever holding up or ending who writes them: what a stalled
 * pipe or terminal does not take, and what a full disk or closed descriptor cannot, is dropped and
 * counted.
 */
export class LogOutput {
  readonly #descriptor: number
  /** What carries the lines of a pipe, socket or terminal; all else is written to directly. */
  readonly #stream: Writable | undefined
  #dropped = 0
  /** Of those dropped, how many nobody was told of. */
  #untold = 0
  /** Whether the last write of a file ended within a line. */
  #isWithinLine = false
  #onRoom: (dropped: number) => void = () => {}

  /** @param stream of the same descriptor, for what takes lines later */
  constructor(descriptor: number, stream?: Writable) {
    this.#descriptor = descriptor
    this.#stream = answersAtOnce(descriptor) ? undefined : stream
    this.#stream?.on('drain', () => this.#tellDropped())
    this.#stream?.on('error', () => {})
    // Node makes terminals block, so one that is held with Ctrl-S would hold the process.
    const { _handle } = (this.#stream ?? {}) as { _handle?: { setBlocking?(is: boolean): void } }
    _handle?.setBlocking?.(false)
  }

  /** Lines that were dropped so far. */
  get dropped(): number {
    return this.#dropped
  }

  /** Calls back when lines are taken again after some were dropped. */
  onRoom(callback: (dropped: number) => void): void {
    this.#onRoom = callback
  }

  /** Writes a line that has its end, or drops it. */
  write(line: string): void {
    if (this.#stream ? this.#offer(this.#stream, line) : this.#append(line)) return
    this.#dropped += 1
    this.#untold += 1
  }

  /** Resolves when what was taken is out; to false when it has waited long enough for that. */
  flush(): Promise<boolean> {
    const stream = this.#stream
    if (!stream || stream.destroyed || stream.writableLength === 0) return Promise.resolve(true)
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), FLUSH_TIMEOUT_MS)
      stream.write('', () => {
        clearTimeout(timer)
        resolve(true)
      })
    })
  }

  #offer(stream: Writable, line: string): boolean {
    if (stream.destroyed || stream.writableLength > MAX_WAITING_BYTES) return false
    stream.write(line)
    return true
  }

  #append(line: string): boolean {
    const bytes = Buffer.from(this.#isWithinLine ? `\n${line}` : line)
    try {
      const written = writeSync(this.#descriptor, bytes)
      this.#isWithinLine = written < bytes.length && (written > 0 || this.#isWithinLine)
      if (written < bytes.length) return false
    } catch {
      return false
    }
    this.#tellDropped()
    return true
  }

  #tellDropped(): void {
    const untold = this.#untold
    if (untold === 0) return
    this.#untold = 0
    this.#onRoom(untold)
  }
}

/** Whether a write is done or refused at once: into a file, or a device that is no terminal. */
function answersAtOnce(descriptor: number): boolean {
  try {
    const stats = fstatSync(descriptor)
    return stats.isFile() || (stats.isCharacterDevice() && !isatty(descriptor))
  } catch {
    return false
  }
}
