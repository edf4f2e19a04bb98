import type { ChatSetup } from '../audit/chat-ledger.ts'
import type { RosterDifferences } from '../audit/roster-judge.ts'
import type { FeedRow } from '../scenario/feed.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { UserShare } from '../users/connection-pool.ts'
import type { DepartureFindings, GeneratorFindings, GeneratorSnapshot } from './snapshot.ts'

/** What a generator needs to know. */
export interface GeneratorSetup extends UserShare {
  readonly scenario: Scenario
  readonly feed: readonly FeedRow[] | undefined
  readonly url: string
  readonly localAddresses: readonly string[]
  /** Names this process in what its messages say. */
  readonly origin: string
  /** Holds the UserLedger of this process. */
  readonly memory: SharedArrayBuffer
  /** The chats of the scenario, where these have members. */
  readonly chats: ChatSetup | undefined
}

/** How a run that drains gets on, in one generator. */
export interface Settlement {
  /** Whether everyone has everything and every message was answered. */
  readonly isComplete: boolean
  /** The newest offset that is known here. */
  readonly lastOffset: number
}

/** A generator, wherever it runs. */
export interface GeneratorHandle {
  /** Begins. @param startUs when the plan's time is 0 */
  start(startUs: number): Promise<void>
  /** What was done since the last call. */
  snapshot(): Promise<GeneratorSnapshot>
  /** Sends no more, and closes nothing. */
  halt(): Promise<void>
  /** @param lastOffset the newest offset that any generator knows */
  settle(lastOffset: number): Promise<Settlement>
  /** @param leftSinceUs judges only users that left since; 0: everyone */
  rosterDifferences(leftSinceUs: number): Promise<RosterDifferences>
  /** Decides about reports that users had left, now that every leave so far was noticed. */
  confirmReports(): Promise<void>
  /** Closes the connections of the users from an index on; resolves when they are closed. */
  leaveFrom(firstUser: number, timeoutMs: number): Promise<void>
  /** What was found of those who left, without all else. */
  departures(): Promise<DepartureFindings>
  /** @param lastOffset what every connection that is open must have */
  findings(lastOffset: number): Promise<GeneratorFindings>
  /** Cuts what is open. */
  end(): Promise<void>
}
