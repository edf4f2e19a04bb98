import type { Progress } from './run-bench.ts'

/** Where progress goes: a terminal gets one live line, anything else a line now and then. */
export interface ProgressOutput {
  readonly isTTY: boolean
  /** Columns of the terminal; 80 where unknown. */
  readonly columns: number
  write(text: string): void
}

/** Time between plain lines of the same phase. */
const PLAIN_INTERVAL_MS = 5_000

/** Tells how a run gets on. */
export class ProgressLine {
  readonly #output: ProgressOutput
  #lastPhase: Progress['phase'] | undefined
  #lastPlainMs = 0

  constructor(output: ProgressOutput) {
    this.#output = output
  }

  show(progress: Progress): void {
    if (this.#output.isTTY) {
      const line = formatProgress(progress).slice(0, this.#output.columns - 1)
      this.#output.write(`\r\x1b[K${line}`)
      return
    }
    const isDue = progress.elapsedMs - this.#lastPlainMs >= PLAIN_INTERVAL_MS
    if (progress.phase === this.#lastPhase && !isDue) return
    this.#lastPhase = progress.phase
    this.#lastPlainMs = progress.elapsedMs
    this.#output.write(`${formatProgress(progress)}\n`)
  }

  /** Leaves the terminal's line empty for what follows. */
  clear(): void {
    if (this.#output.isTTY) this.#output.write('\r\x1b[K')
  }
}

/** One line that says where a run stands. */
export function formatProgress(progress: Progress): string {
  const { phase, elapsedMs, connected, connections, sent, planned, delivered } = progress
  const number = (value: number) => value.toLocaleString('en-US')
  return [
    `${(elapsedMs / 1000).toFixed(1).padStart(6)} s`,
    phase.padEnd(10),
    `${number(connected)}/${number(connections)} connected`,
    `${number(sent)}/${number(planned)} sent`,
    `${number(delivered)} delivered`,
  ].join('  ')
}
