import type { ProcessUsage } from '../host/process-usage.ts'
import { emptyCounts, type GeneratorCounts } from '../metrics/counts.ts'
import { Histogram, type HistogramRecord } from '../metrics/histogram.ts'
import { summarizeLatency } from '../metrics/latency-summary.ts'
import { LATENCIES, type LatencyName, type RecordedName } from '../metrics/registry.ts'
import { addRest, readColumns } from '../metrics/series.ts'
import type { GeneratorSnapshot } from '../worker/snapshot.ts'
import type { Second } from './bench-result.ts'

/** What the processes had used at a moment. */
export interface UsageSample {
  readonly atUs: number
  readonly generator: ProcessUsage
  readonly server: ProcessUsage | undefined
}

/** What is known of a moment besides the snapshots of the generators. */
export interface SnapshotContext {
  /** From the start of the phases. */
  readonly second: number
  readonly phase: string
  readonly sample: UsageSample
  /** Latencies that do not count. */
  readonly leftOut?: readonly LatencyName[]
}

/** Collects the snapshots of the generators: totals, and a row for each second. */
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

  /** Takes in the snapshots of all generators. */
  add(
    snapshots: readonly GeneratorSnapshot[],
    { second, phase, sample, leftOut = [] }: SnapshotContext,
  ): Second {
    const before = this.counts
    this.counts = snapshots.reduce((sum, { counts }) => addCounts(sum, counts), emptyCounts())
    const { deliveries, acks } = this.#addLatencies(snapshots, leftOut)
    this.peakOpen = Math.max(this.peakOpen, this.counts.open)
    this.peakTimed = Math.max(this.peakTimed, this.counts.timed)
    const row: Second = {
      second,
      phase,
      ...readColumns({
        counts: this.counts,
        counted: subtractCounts(this.counts, before),
        deliveries: summarizeLatency(deliveries),
        acks: summarizeLatency(acks),
        lagMs: Math.max(0, ...snapshots.map(({ lagMs }) => lagMs)),
        utilization: Math.max(0, ...snapshots.map(({ utilization }) => utilization)),
        ...this.#addUsage(sample),
      }),
    }
    const last = this.series.at(-1)
    if (last?.second !== second) this.series.push(row)
    else this.series.splice(-1, 1, { second, phase: last.phase, ...addRest(last, row) })
    return row
  }

  /** Takes in what was recorded; tells those of a second apart that its row is about. */
  #addLatencies(snapshots: readonly GeneratorSnapshot[], leftOut: readonly LatencyName[]) {
    const deliveries = new Histogram()
    const acks = new Histogram()
    for (const { latencies, lateness } of snapshots) {
      for (const [name, record] of Object.entries(latencies) as [RecordedName, HistogramRecord][])
        if (!leftOut.includes(name)) addRecord(this.latencies[name], record)
      addRecord(deliveries, latencies.delivery_ms)
      addRecord(acks, latencies.ack_ms)
      addRecord(this.lateness, lateness)
    }
    return { deliveries, acks }
  }

  /** Takes in what the processes have used; tells what they used since the last sample. */
  #addUsage(sample: UsageSample) {
    const { generator, server } = sample
    this.peakServerBytes = Math.max(this.peakServerBytes, server?.rssBytes ?? 0)
    this.peakGeneratorBytes = Math.max(this.peakGeneratorBytes, generator.rssBytes)
    const last = this.#last
    this.#last = sample
    const seconds = secondsBetween(last, sample)
    const serverSeconds = serverSecondsBetween(last, sample)
    this.#serverSeconds += serverSeconds ?? 0
    // What a server used to start is not of the second in which it was there.
    const isKnown = serverSeconds !== undefined && isSameServer(last, sample)
    return {
      generatorCores: generatorSecondsBetween(last, sample) / seconds,
      generatorBytes: generator.rssBytes,
      serverCores: isKnown ? serverSeconds / seconds : undefined,
      serverBytes: server?.rssBytes,
    }
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
  return mapCounts(a, (count, name) => count + b[name])
}

function subtractCounts(a: GeneratorCounts, b: GeneratorCounts): GeneratorCounts {
  return mapCounts(a, (count, name) => count - b[name])
}

function mapCounts(
  counts: GeneratorCounts,
  map: (count: number, name: keyof GeneratorCounts) => number,
): GeneratorCounts {
  const entries = Object.entries(counts) as [keyof GeneratorCounts, number][]
  return Object.fromEntries(
    entries.map(([name, count]) => [name, map(count, name)]),
  ) as GeneratorCounts
}
