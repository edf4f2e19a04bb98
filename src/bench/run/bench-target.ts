import type { GeneratorHandle, GeneratorSetup } from '../generator/generator-setup.ts'
import type { GeneratorCounts } from '../generator/tick.ts'
import type { FeedRow } from '../scenario/feed.ts'
import type { Second, ThresholdResult } from './bench-result.ts'
import type { Patience } from './closing-time.ts'

/** A server that this load test started, and may stop. */
export interface OwnServer {
  readonly url: string
  /** The process as it is now; undefined while it is down. */
  readonly pid: number | undefined
  /** Ends it, with a signal that it can or cannot act on, and waits until it is gone. */
  down(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>
  /** Starts it again, on the same port and database. */
  up(): Promise<void>
  /** Reads from its database, past the server, what is stored after an offset: each as its frame. */
  readLog(after: number): AsyncIterable<Buffer>
}

/** How a run gets on. */
export interface Progress {
  /** The name of the scenario. */
  readonly scenario: string
  /** The name of the scenario's phase, or what comes before and after. */
  readonly phase: string
  /** Whether the phases are over, and what is under way arrives. */
  readonly isClosing: boolean
  readonly isInterrupted: boolean
  /** Since the start of the phases; 0 before it. */
  readonly elapsedSeconds: number
  /** How long the phases take in all. */
  readonly plannedSeconds: number
  /** Users' connections that are planned at most. */
  readonly connections: number
  /** The last second, and all before; empty at the beginning. */
  readonly series: readonly Second[]
  /** As of the last second. */
  readonly counts: GeneratorCounts
  /** How the thresholds stand as of the last second; empty at the beginning. */
  readonly thresholds: readonly ThresholdResult[]
}

/** What a scenario is played against, and with. */
export interface BenchTarget {
  /** `ws://host:port`, without a query. */
  readonly url: string
  /** Set when the server at `url` is one of ours. */
  readonly ownServer?: OwnServer
  /** Ends the run early, with what is known so far. */
  readonly signal: AbortSignal
  /** How many generators there are. */
  readonly workers: number
  /** Makes one of them. */
  readonly launch: (setup: GeneratorSetup) => GeneratorHandle
  readonly feed?: readonly FeedRow[] | undefined
  /** Which part of the users is played here: 0 of 1 is all. */
  readonly shard: { readonly index: number; readonly count: number }
  readonly onProgress: (progress: Progress) => void
  /** How long the steps of the end wait; as the scenario's drainSeconds say, unless given. */
  readonly patience?: Patience
  /** Hears of each second's row. */
  readonly onSecond?: (second: Second) => void
}
