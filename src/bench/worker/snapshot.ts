import type { StreamVersions } from '../audit/versions.ts'
import type { GeneratorCounts } from '../metrics/counts.ts'
import type { HistogramRecord } from '../metrics/histogram.ts'
import type { RecordedName } from '../metrics/registry.ts'

/** What one generator did since its last snapshot. */
export interface GeneratorSnapshot {
  readonly counts: GeneratorCounts
  /** What was recorded since the last snapshot. */
  readonly latencies: Readonly<Record<RecordedName, HistogramRecord>>
  /** By how much messages were sent late, since the last snapshot. */
  readonly lateness: HistogramRecord
  /** The longest time for which the generator's thread was held up since the last snapshot. */
  readonly lagMs: number
  /** The share of the time in which the thread was busy since the last snapshot. */
  readonly utilization: number
}

/** What one generator found of users and connections that left. */
export interface DepartureFindings {
  readonly falseOffline: number
  readonly flaps: number
  /** Why connections ended although nobody asked them to: reason → how many. */
  readonly lost: Readonly<Record<string, number>>
}

/** What one generator found, once the run is over. */
export interface GeneratorFindings extends StreamVersions, DepartureFindings {
  readonly missing: number
  readonly leaked: number
  readonly duplicate: number
  readonly reordered: number
  readonly corrupt: number
  readonly misrouted: number
  readonly ambiguous: number
  readonly resumeFailed: number
  /** Messages whose ACK names an offset at which something else stands. */
  readonly wrongAcks: number
  /** Messages that were sent and neither acknowledged nor refused. */
  readonly unacknowledged: number
  /** Why connections ended where the scenario wanted it: reason → how many. */
  readonly expectedLosses: Readonly<Record<string, number>>
  readonly failedConnects: Readonly<Record<string, number>>
  /** Connections that are not greeted, or do not know that they resumed: why → how many. */
  readonly neverReady: Readonly<Record<string, number>>
  /** What this machine lacked: reason → how often. */
  readonly ownFaults: Readonly<Record<string, number>>
  /** Error code → how often; without those that refused a message. */
  readonly errors: Readonly<Record<string, number>>
  /** Error code → how many messages it refused. */
  readonly refusals: Readonly<Record<string, number>>
  /** Serial of a message → the offset it was acknowledged with; 0: it was not. */
  readonly ackOffsets: Float64Array
  /** When the first and the last connection got each timed message, by offset; 0: none did. */
  readonly firstUs: Float64Array
  readonly lastUs: Float64Array
  /** The same for what was told of users coming and going: user, when it was due, when last told. */
  readonly presence: readonly (readonly [user: number, dueUs: number, lastUs: number])[]
}
