import { Histogram } from 'prom-client'
import { type DurationSummary, summariseDurations } from './duration-summary.ts'

/** Upper bounds of the buckets in seconds: from a small batch on a fast disk to a stall. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]

/** How long the two things took that are timed, once each: a stored batch and a flush. */
export class Timings {
  readonly commits = new Histogram({
    name: 'chatws_commit_seconds',
    help: 'Time that the store took for one batch of messages',
    buckets: BUCKETS,
    registers: [],
  })
  readonly flushes = new Histogram({
    name: 'chatws_fan_out_seconds',
    help: 'Time to hand what is new to all connections',
    buckets: BUCKETS,
    registers: [],
  })

  /** Counts a batch that was stored. */
  readonly onCommit = (tookMs: number): void => this.commits.observe(tookMs / 1000)

  /** Counts a flush to all connections. */
  readonly onFlush = (tookMs: number): void => this.flushes.observe(tookMs / 1000)

  /** How long the store took for a batch. */
  async commitTimes(): Promise<DurationSummary> {
    return summariseDurations((await this.commits.get()).values)
  }

  /** How long it took to hand what is new to all connections. */
  async flushTimes(): Promise<DurationSummary> {
    return summariseDurations((await this.flushes.get()).values)
  }
}
