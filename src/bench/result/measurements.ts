import type { ProcessUsage } from '../host/process-usage.ts'
import { emptyCounts, type GeneratorCounts } from '../metrics/counts.ts'
import { Histogram, type HistogramRecord } from '../metrics/histogram.ts'
import { summarizeLatency } from '../metrics/latency-summary.ts'
import { LATENCIES, type LatencyName, type RecordedName } from '../metrics/registry.ts'
import type { GeneratorSnapshot } from '../worker/snapshot.ts'
import type { Second } from './bench-result.ts'

/** What the processes had used at a moment. */
export interface UsageSample {
  readonly atUs: number
  readonly generator: ProcessUsage
  readonly server: ProcessUsage | undefined
}

/** What is known of a tick besides what the generators tell. */
export interface TickContext {
  /** From the start of the phases. */
  readonly second: number
  readonly phase: string
  readonly sample: UsageSample
  /** Latencies that do not count. */
  readonly leftOut?: readonly LatencyName[]
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
  readonly #first: UsageSample
  #last: UsageSample
  /** What the server used since the first sample, over all times that it was started. */
  #serverSeconds = 0

  constructor(sample: UsageSample) {
    this.#first = sample
    this.#last = sample
  }

  /** Cores that were used on average so far; the server's undefined where it cannot be told. */
  get cpuCores(): { generator: number; server: number | undefined } {
    const seconds = secondsBetween(this.#first, this.#last)
    return {
      generator: generatorSecondsBetween(this.#first, this.#last) / seconds,
      server: this.peakServerBytes > 0 ? this.#serverSeconds / seconds : undefined,
    }
  }

  /** Takes in the ticks of all generators. */
  add(
    ticks: readonly GeneratorSnapshot[],
    { second, phase, sample, leftOut = [] }: TickContext,
  ): Second {
    const before = this.counts
    this.counts = ticks.reduce((sum, { counts }) => addCounts(sum, counts), emptyCounts())
    const delivery = new Histogram()
    const acks = new Histogram()
    for (const { latencies, lateness } of ticks) {
      for (const [name, record] of Object.entries(latencies) as [RecordedName, HistogramRecord][])
        if (!leftOut.includes(name)) addRecord(this.latencies[name], record)
      addRecord(delivery, latencies.delivery_ms)
      addRecord(acks, latencies.ack_ms)
      addRecord(this.lateness, lateness)
    }
    this.peakOpen = Math.max(this.peakOpen, this.counts.open)
    this.peakTimed = Math.max(this.peakTimed, this.counts.timed)
    this.peakServerBytes = Math.max(this.peakServerBytes, sample.server?.rssBytes ?? 0)
    this.peakGeneratorBytes = Math.max(this.peakGeneratorBytes, sample.generator.rssBytes)
    const seconds = secondsBetween(this.#last, sample)
    const generatorCpu = generatorSecondsBetween(this.#last, sample) / seconds
    const serverSeconds = serverSecondsBetween(this.#last, sample)
    this.#serverSeconds += serverSeconds ?? 0
    // What a server used to start is not of the second in which it was there.
    const isSame = isSameServer(this.#last, sample)
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
      generatorCpu: round(generatorCpu),
      generatorRssMb: Math.round(sample.generator.rssBytes / 2 ** 20),
      ...(serverSeconds !== undefined && isSame
        ? { serverCpu: round(serverSeconds / seconds) }
        : {}),
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

function secondsBetween(from: UsageSample, to: UsageSample): number {
  return Math.max(1e-6, (to.atUs - from.atUs) / 1e6)
}

function generatorSecondsBetween(from: UsageSample, to: UsageSample): number {
  return to.generator.cpuSeconds - from.generator.cpuSeconds
}

/** Undefined while there is none. One that was started again begins at 0. */
function serverSecondsBetween(from: UsageSample, to: UsageSample): number | undefined {
  if (!to.server) return undefined
  return isSameServer(from, to)
    ? to.server.cpuSeconds - from.server!.cpuSeconds
    : to.server.cpuSeconds
}

function isSameServer({ server: before }: UsageSample, { server: after }: UsageSample): boolean {
  return before !== undefined && after !== undefined && after.cpuSeconds >= before.cpuSeconds
}

function addRecord(histogram: Histogram, record: HistogramRecord): void {
  if (record.count > 0) histogram.add(Histogram.from(record))
}

function addCounts(a: GeneratorCounts, b: GeneratorCounts): GeneratorCounts {
  const sum = { ...a }
  for (const name of Object.keys(sum) as (keyof GeneratorCounts)[]) sum[name] += b[name]
  return sum
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000
}
