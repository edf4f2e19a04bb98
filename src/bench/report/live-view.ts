import { FIGURES, type Figure } from '../metrics/registry.ts'
import { REPORTED_COLUMNS } from '../metrics/series.ts'
import type { Second } from '../result/bench-result.ts'
import type { Progress } from '../run/bench-target.ts'
import { formatCount, formatShort } from './format-number.ts'
import { sparkline } from './sparkline.ts'
import type { Style } from './style.ts'

/** Where progress goes: a terminal gets a live view, anything else a line now and then. */
export interface ProgressOutput {
  readonly isTTY: boolean
  /** Columns of the terminal, as it is now; undefined where unknown. */
  readonly columns: number | undefined
  readonly style: Style
  write(text: string): void
}

/** Time between plain lines of the same phase, in seconds. */
const PLAIN_INTERVAL_S = 5

/** Failing thresholds that are shown; of more, how many there are. */
const SHOWN_FAILURES = 3

const INTERRUPTED = 'Interrupted: what there is will be reported. Ctrl-C again ends at once.'

/** Shows how a run gets on. */
export class LiveView {
  readonly #output: ProgressOutput
  /** The lengths of the lines that stand on the terminal. */
  #shown: readonly number[] = []
  #lastPhase: string | undefined
  #lastPlainS = 0
  #lastSeconds = 0
  #isInterruptionTold = false

  constructor(output: ProgressOutput) {
    this.#output = output
  }

  show(progress: Progress): void {
    if (!this.#output.isTTY) {
      this.#showPlain(progress)
      return
    }
    const { style } = this.#output
    const lines = formatLiveView(progress, this.#columns - 1)
    const text = lines
      .map(({ text, tone }) => ({ text: text.replace(/[▁-█]+/g, style.chart), tone }))
      .map(({ text, tone }) => (tone ? style[tone](text) : text))
      .join('\n')
    this.#output.write(`${this.#rewind()}${text}\n`)
    this.#shown = lines.map(({ text }) => text.length)
  }

  /** Says what happens before there is anything to show; only on a terminal. */
  announce(text: string): void {
    if (!this.#output.isTTY) return
    this.#output.write(`${this.#rewind()}${text}\n`)
    this.#shown = [text.length]
  }

  /** Leaves the terminal empty for what follows. */
  clear(): void {
    if (this.#output.isTTY) this.#output.write(this.#rewind())
    this.#shown = []
  }

  #showPlain(progress: Progress): void {
    if (progress.isInterrupted && !this.#isInterruptionTold) {
      this.#isInterruptionTold = true
      this.#output.write(`${INTERRUPTED}\n`)
    }
    const { phase, elapsedSeconds, series } = progress
    const isDue = elapsedSeconds - this.#lastPlainS >= PLAIN_INTERVAL_S
    if (phase === this.#lastPhase && !isDue) return
    // Counts are as of the last second: those that were told already would seem to be of now.
    const isNews = series.length > this.#lastSeconds
    this.#lastPhase = phase
    this.#lastPlainS = elapsedSeconds
    this.#lastSeconds = series.length
    const time = `${elapsedSeconds.toFixed(1).padStart(6)} s`
    const line = isNews ? `${phase.padEnd(16)}  ${formatCounts(progress)}` : phase
    this.#output.write(`${time}  ${line}\n`)
  }

  /** A terminal that does not know its size says 0. */
  get #columns(): number {
    return this.#output.columns || 80
  }

  /** Goes back to where the view begins, and clears what is below. */
  #rewind(): string {
    // A terminal that became narrower has broken the lines.
    const columns = this.#columns
    const rows = this.#shown.reduce(
      (sum, length) => sum + Math.max(1, Math.ceil(length / columns)),
      0,
    )
    return rows === 0 ? '' : `\x1b[${rows}A\r\x1b[J`
  }
}

/** How far each count is; what went wrong only where there is any. */
export function formatCounts({ connections, counts, series }: Progress): string {
  return [
    `${formatCount(series.at(-1)?.open ?? 0)}/${formatCount(connections)} connected`,
    `${formatCount(counts.sent)} sent`,
    `${formatCount(counts.delivered)} delivered`,
    ...Object.values<Figure>(FIGURES).flatMap(({ from, liveLabel }) => {
      const count = counts[from as keyof typeof counts]
      return liveLabel && count > 0 ? [`${formatCount(count)} ${liveLabel}`] : []
    }),
  ].join('  ')
}

const LIVE_COLUMNS = REPORTED_COLUMNS.filter(([, { isLive }]) => isLive)

/** A line of the live view, and how it is set off. */
interface Line {
  readonly text: string
  readonly tone?: keyof Style
}

/** The lines of the live view: how far it is, rate and latency over time, what fails so far. */
export function formatLiveView(progress: Progress, width: number): Line[] {
  const { series, isInterrupted, plannedSeconds } = progress
  const last = series.at(-1)
  const room = Math.max(10, Math.min(60, width - 36, Math.ceil(plannedSeconds)))
  const lines: Line[] = [
    { text: formatHead(progress, width), tone: 'strong' },
    { text: formatCounts(progress) },
    ...(last
      ? [
          ...LIVE_COLUMNS.map(([name, { label }]) => ({
            text: chart(
              label!,
              series.slice(-room).map((second) => second[name]),
              room,
            ),
          })),
          { text: formatCores(last) },
        ]
      : []),
    ...formatStanding(progress),
    ...(isInterrupted ? [{ text: INTERRUPTED, tone: 'doubtful' as const }] : []),
  ]
  return lines.map(({ text, ...rest }) => ({ text: text.slice(0, width), ...rest }))
}

function formatHead(progress: Progress, width: number): string {
  const { scenario, phase, elapsedSeconds, plannedSeconds, isTeardown } = progress
  const done = isTeardown ? 1 : Math.min(1, elapsedSeconds / plannedSeconds)
  const leftSeconds = Math.max(0, plannedSeconds - elapsedSeconds)
  const barWidth = Math.max(10, Math.min(30, width - 50))
  const filled = Math.floor(done * barWidth)
  const bar = `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)}`
  const time = `${elapsedSeconds.toFixed(0)}/${plannedSeconds.toFixed(0)} s`
  const left = isTeardown ? 'finishing' : `${leftSeconds.toFixed(0)} s left`
  return `${bar} ${scenario}: ${phase}  ${time}  ${left}`
}

function formatCores({ generatorCpu, serverCpu, serverRssMb }: Second): string {
  const server = serverCpu === undefined ? '' : `, server ${serverCpu.toFixed(2)}`
  const memory = serverRssMb === undefined ? '' : ` (${serverRssMb} MB)`
  return `${'cores'.padEnd(17)}load tester ${generatorCpu.toFixed(2)}${server}${memory}`
}

function formatStanding({ thresholds }: Progress): Line[] {
  const measured = thresholds.filter(({ actual }) => actual !== undefined)
  const failing = measured.filter(({ isMet }) => !isMet)
  if (measured.length === 0) return []
  const met = `${measured.length - failing.length} of ${thresholds.length} met so far`
  const more = failing.length - SHOWN_FAILURES
  return [
    { text: `${'thresholds'.padEnd(17)}${met}`, ...(failing.length === 0 ? { tone: 'good' } : {}) },
    ...failing.slice(0, SHOWN_FAILURES).map(
      ({ metric, condition, actual }): Line => ({
        text: `${' '.repeat(17)}✗ ${metric} ${condition}  ${actual}`,
        tone: 'bad',
      }),
    ),
    ...(more > 0 ? [{ text: `${' '.repeat(17)}and ${more} more`, tone: 'bad' } as const] : []),
  ]
}

function chart(name: string, values: readonly (number | undefined)[], room: number): string {
  const known = values.filter((value) => value !== undefined)
  const bars = sparkline(values, room).padEnd(room)
  if (known.length === 0) return `${name.padEnd(17)}${bars} –`
  const last = values.at(-1)
  const now = last === undefined ? '–' : formatShort(last)
  return `${name.padEnd(17)}${bars} ${now} (max ${formatShort(Math.max(...known))})`
}
