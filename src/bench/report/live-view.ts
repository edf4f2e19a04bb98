import type { Second } from '../run/bench-result.ts'
import type { Progress } from '../run/bench-target.ts'
import { formatCount, formatShort } from './format-number.ts'

/** Where progress goes: a terminal gets a live view, anything else a line now and then. */
export interface ProgressOutput {
  readonly isTTY: boolean
  /** Columns of the terminal; 80 where unknown. */
  readonly columns: number
  write(text: string): void
}

/** Time between plain lines of the same phase, in seconds. */
const PLAIN_INTERVAL_S = 5

const BARS = '▁▂▃▄▅▆▇█'

/** Shows how a run gets on. */
export class LiveView {
  readonly #output: ProgressOutput
  #lines = 0
  #lastPhase: string | undefined
  #lastPlainS = 0

  constructor(output: ProgressOutput) {
    this.#output = output
  }

  show(progress: Progress): void {
    if (!this.#output.isTTY) {
      this.#showPlain(progress)
      return
    }
    const width = this.#output.columns - 1
    const lines = formatLiveView(progress, width)
    this.#output.write(`${this.#rewind()}${lines.join('\n')}\n`)
    this.#lines = lines.length
  }

  /** Leaves the terminal empty for what follows. */
  clear(): void {
    if (this.#output.isTTY) this.#output.write(this.#rewind())
    this.#lines = 0
  }

  #showPlain(progress: Progress): void {
    const isDue = progress.elapsedSeconds - this.#lastPlainS >= PLAIN_INTERVAL_S
    if (progress.phase === this.#lastPhase && !isDue) return
    this.#lastPhase = progress.phase
    this.#lastPlainS = progress.elapsedSeconds
    this.#output.write(`${formatProgress(progress)}\n`)
  }

  /** Goes back to where the view begins, and clears what is below. */
  #rewind(): string {
    return this.#lines === 0 ? '' : `\x1b[${this.#lines}A\r\x1b[J`
  }
}

/** One line that says where a run stands. */
export function formatProgress(progress: Progress): string {
  const { phase, elapsedSeconds, connections, sent, delivered, series } = progress
  return [
    `${elapsedSeconds.toFixed(1).padStart(6)} s`,
    phase.padEnd(12),
    `${formatCount(series.at(-1)?.open ?? 0)}/${formatCount(connections)} connected`,
    `${formatCount(sent)} sent`,
    `${formatCount(delivered)} delivered`,
  ].join('  ')
}

/** The lines of the live view: how far it is, and rate and latency over time. */
export function formatLiveView(progress: Progress, width: number): string[] {
  const { phase, elapsedSeconds, plannedSeconds, series } = progress
  const done = Math.min(1, Math.max(0, elapsedSeconds / plannedSeconds))
  const leftSeconds = Math.max(0, plannedSeconds - elapsedSeconds)
  const eta = leftSeconds > 0 ? `${leftSeconds.toFixed(0)} s left` : 'finishing'
  const barWidth = Math.max(10, Math.min(30, width - 40))
  const filled = Math.round(done * barWidth)
  const bar = `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)}`
  const last = series.at(-1)
  const lines = [
    `${bar} ${phase}  ${elapsedSeconds.toFixed(0)}/${plannedSeconds.toFixed(0)} s  ${eta}`,
    formatProgress(progress),
  ]
  if (last) {
    const room = Math.max(10, Math.min(60, width - 34))
    lines.push(
      chart('deliveries/s', series, room, (second) => second.delivered),
      chart('p99 ms', series, room, (second) => second.p99 ?? 0),
    )
  }
  return lines.map((line) => line.slice(0, width))
}

function chart(
  name: string,
  series: readonly Second[],
  room: number,
  pick: (second: Second) => number,
): string {
  const values = series.slice(-room).map(pick)
  const most = Math.max(...values)
  const bars = values.map((value) =>
    most === 0 ? BARS[0] : BARS[Math.round((value / most) * (BARS.length - 1))],
  )
  return `${name.padEnd(13)}${bars.join('').padEnd(room)} ${formatShort(values.at(-1) ?? 0)} (max ${formatShort(most)})`
}
