import type { OwnServer } from '../host/own-server.ts'
import type { GeneratorCounts } from '../metrics/counts.ts'
import type { Second, ThresholdResult } from '../result/bench-result.ts'
import type { FeedRow } from '../scenario/feed.ts'
import type { GeneratorHandle, GeneratorSetup } from '../worker/generator-setup.ts'
import type { StepBudget } from './teardown-budget.ts'

/** How a run gets on. */
export interface Progress {
  /** The name of the scenario. */
  readonly scenario: string
  /** The name of the scenario's phase, or what comes before and after. */
  readonly phase: string
  /** Whether the phases are over, and what is under way arrives. */
  readonly isTeardown: boolean
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
  readonly budget?: StepBudget
  /** Hears of each second's row. */
  readonly onSecond?: (second: Second) => void
}
