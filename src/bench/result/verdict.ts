import type { Histogram } from '../metrics/histogram.ts'
import type { BenchResult, Second } from './bench-result.ts'

/** What a verdict on the measurement is made from. */
export interface Evidence {
  /** By how much messages were sent late. */
  readonly lateness: Histogram
  /** What the latencies are judged beside, in ms; undefined when no message was acknowledged. */
  readonly ackP99Ms: number | undefined
  readonly series: readonly Second[]
  readonly cores: number
  readonly ownFaults: Readonly<Record<string, number>>
  readonly arrivals: { readonly turnedAway: number; readonly greeted: number }
  /** Reasons that are known already. */
  readonly doubts: readonly string[]
}

/** Late sends up to this are not worth a word: timers are no better. */
const TOLERABLE_LATENESS_MS = 10

/** What to do about each fault of this machine. */
const ADVICE: Readonly<Record<string, string>> = {
  EMFILE: 'raise the limit of open files (ulimit -n)',
  ENFILE: 'raise the limit of open files of this machine (sysctl fs.file-max)',
  EADDRNOTAVAIL: 'widen net.ipv4.ip_local_port_range',
  ENOBUFS: 'give this machine more memory for sockets',
  ENOMEM: 'give this machine more memory',
}

/** Whether the figures can be believed, and why not. */
export function judgeMeasurement(evidence: Evidence): BenchResult['verdict'] {
  const invalid = [...ownFaults(evidence)]
  const suspect = [...evidence.doubts]
  judgeLateness(evidence, invalid, suspect)
  judgeLoad(evidence, invalid, suspect)
  const { turnedAway, greeted } = evidence.arrivals
  if (turnedAway > 0.01 * (turnedAway + greeted))
    suspect.push(
      `${turnedAway} users were to arrive when all were here: raise users.count of the scenario`,
    )
  const verdict = invalid.length > 0 ? 'INVALID' : suspect.length > 0 ? 'SUSPECT' : 'VALID'
  return { verdict, reasons: [...invalid, ...suspect] }
}

function ownFaults({ ownFaults: faults }: Evidence): string[] {
  return Object.entries(faults).map(
    ([reason, count]) =>
      `${count} connections failed for want of this machine's own (${reason}): ` +
      `${ADVICE[reason] ?? 'see to it'}; they are not counted against the server`,
  )
}

function judgeLateness(evidence: Evidence, invalid: string[], suspect: string[]): void {
  const lateMs = evidence.lateness.percentile(99) / 1000
  if (lateMs <= TOLERABLE_LATENESS_MS) return
  const words = `1 % of the messages were sent more than ${lateMs.toFixed(0)} ms late`
  const ackMs = evidence.ackP99Ms ?? 0
  if (lateMs > 100 && lateMs > ackMs / 4)
    invalid.push(`${words}, which is in every latency: use more --workers, or a lower rate`)
  else if (lateMs > ackMs / 4) suspect.push(`${words}, which is in every latency`)
}

function judgeLoad({ series, cores }: Evidence, invalid: string[], suspect: string[]): void {
  const loaded = series.filter(({ sent, delivered }) => sent > 0 || delivered > 0)
  if (loaded.length === 0) return
  const full = loaded.filter(({ utilization }) => utilization > 0.95)
  const lags = full.map(({ lagMs }) => lagMs).sort((a, b) => a - b)
  if (full.length > loaded.length / 2) {
    const medianLagMs = lags[Math.floor(lags.length / 2)]!
    const words =
      `a generator thread was busy without a break in ${full.length} of ${loaded.length} seconds, ` +
      `held up for ${medianLagMs.toFixed(0)} ms`
    if (medianLagMs > 250) invalid.push(`${words}: use more --workers, or another machine`)
    else suspect.push(`${words}: part of the latencies may be its own`)
  }
  const scarce = loaded.filter(
    ({ generatorCpu, serverCpu }) => generatorCpu + (serverCpu ?? 0) > 0.95 * cores,
  )
  if (scarce.length > loaded.length / 2)
    suspect.push(
      `all ${cores} cores were in use in ${scarce.length} of ${loaded.length} seconds: server and ` +
        'load tester took time from each other',
    )
}
