import type { GeneratorCounts, GeneratorTick } from '../generator/tick.ts'
import { Histogram, type HistogramRecord } from '../metrics/histogram.ts'
import { summarizeLatency } from '../metrics/latency-summary.ts'
import { LATENCIES, type LatencyName, RECORDED } from '../metrics/metric-names.ts'
import type { Second } from './bench-result.ts'
import type { ProcessUsage } from './process-usage.ts'

/** What the processes had used at a moment. */
export interface UsageSample {
  readonly atUs: number
  readonly generator: ProcessUsage
  readonly server: ProcessUsage | undefined
}

/** Collects what the generators tell, tick by tick: totals, and a row for each second. */
export class Measurements {
  readonly latencies = Object.fromEntries(
    Object.keys(LATENCIES).map((name) => [name, new Histogram()]),
  ) as Record<LatencyName, Histogram>
  readonly lateness = new Histogram()
  readonly series: Second[] = []
  /** The most that was open at a time. */
  peakOpen = 0
  /** The most on which arrivals were timed. */
  peakTimed = 0
  peakServerBytes = 0
  peakGeneratorBytes = 0
  counts: GeneratorCounts = emptyCounts()
  #before: UsageSample
  readonly #first: UsageSample
  #last: UsageSample

  constructor(sample: UsageSample) {
    this.#first = sample
    this.#before = sample
    this.#last = sample
  }

  /** Cores that were used on average so far. */
  get cpuCores(): { generator: number; server: number | undefined } {
    return coresBetween(this.#first, this.#last)
  }

  /** Takes in the ticks of all generators, `second` seconds after the start of the phases. */
  add(
    ticks: readonly GeneratorTick[],
    { second, phase, sample }: { second: number; phase: string; sample: UsageSample },
  ): Second {
    const before = this.counts
    this.counts = ticks.reduce((sum, { counts }) => addCounts(sum, counts), emptyCounts())
    const delivery = new Histogram()
    const acks = new Histogram()
    for (const { latencies, lateness } of ticks) {
      for (const name of RECORDED) addRecord(this.latencies[name], latencies[name])
      addRecord(delivery, latencies.delivery_ms)
      addRecord(acks, latencies.ack_ms)
      addRecord(this.lateness, lateness)
    }
    this.peakOpen = Math.max(this.peakOpen, this.counts.open)
    this.peakTimed = Math.max(this.peakTimed, this.counts.timed)
    this.peakServerBytes = Math.max(this.peakServerBytes, sample.server?.rssBytes ?? 0)
    this.peakGeneratorBytes = Math.max(this.peakGeneratorBytes, sample.generator.rssBytes)
    const cores = coresBetween(this.#before, sample)
    this.#before = sample
    this.#last = sample
    const deliveries = summarizeLatency(delivery)
    const row: Second = {
      second,
      phase,
      open: this.counts.open,
      sent: this.counts.sent - before.sent,
      acknowledged: this.counts.acknowledged - before.acknowledged,
      delivered: this.counts.delivered - before.delivered,
      unsent: this.counts.unsent - before.unsent,
      lost: this.counts.lost - before.lost,
      ...(deliveries ? { p50: deliveries.p50, p99: deliveries.p99 } : {}),
      ...(acks.count > 0 ? { ackP99: acks.percentile(99) / 1000 } : {}),
      lagMs: round(Math.max(0, ...ticks.map(({ lagMs }) => lagMs))),
      utilization: round(Math.max(0, ...ticks.map(({ utilization }) => utilization))),
      generatorCpu: round(cores.generator),
      ...(cores.server === undefined ? {} : { serverCpu: round(cores.server) }),
      ...(sample.server ? { serverRssMb: Math.round(sample.server.rssBytes / 2 ** 20) } : {}),
    }
    const last = this.series.at(-1)
    if (last?.second !== second) this.series.push(row)
    else this.series[this.series.length - 1] = addToSecond(last, row)
    return row
  }
}

/** What comes after a run's phases is added to their last second. */
function addToSecond(last: Second, rest: Second): Second {
  return {
    ...rest,
    ...last,
    sent: last.sent + rest.sent,
    acknowledged: last.acknowledged + rest.acknowledged,
    delivered: last.delivered + rest.delivered,
    unsent: last.unsent + rest.unsent,
    lost: last.lost + rest.lost,
    lagMs: Math.max(last.lagMs, rest.lagMs),
    utilization: Math.max(last.utilization, rest.utilization),
  }
}

function coresBetween(
  from: UsageSample,
  to: UsageSample,
): { generator: number; server: number | undefined } {
  const seconds = Math.max(1e-6, (to.atUs - from.atUs) / 1e6)
  // A server that was started again begins at 0.
  const server =
    from.server && to.server && to.server.cpuSeconds >= from.server.cpuSeconds
      ? (to.server.cpuSeconds - from.server.cpuSeconds) / seconds
      : undefined
  return { generator: (to.generator.cpuSeconds - from.generator.cpuSeconds) / seconds, server }
}

function addRecord(histogram: Histogram, record: HistogramRecord): void {
  if (record.count > 0) histogram.add(Histogram.from(record))
}

function emptyCounts(): GeneratorCounts {
  return {
    open: 0,
    timed: 0,
    greeted: 0,
    sent: 0,
    acknowledged: 0,
    delivered: 0,
    recorded: 0,
    unsent: 0,
    refused: 0,
    turnedAway: 0,
    expectationsMissed: 0,
    failedConnects: 0,
    lost: 0,
  }
}

function addCounts(a: GeneratorCounts, b: GeneratorCounts): GeneratorCounts {
  const sum = { ...a }
  for (const name of Object.keys(sum) as (keyof GeneratorCounts)[]) sum[name] += b[name]
  return sum
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000
}
