import type { DeliveryFindings } from './delivery-audit.ts'
import type { Measurements, ThresholdResult } from './threshold.ts'

/** Whether presence was right, counted over all connections; undefined where it was not reached. */
interface PresenceFindings {
  /** (Observer, user) pairs in which a connected user was not seen online. */
  readonly notSeenOnline: number | undefined
  /** (Observer, user) pairs in which a user that had left was still seen online. */
  readonly notSeenOffline: number | undefined
  /** USER_OFFLINE frames about users that were connected. */
  readonly falseOffline: number
}

/** What a run measured and found. */
export interface BenchResult {
  /** The scenario's name. */
  readonly scenario: string
  /** Whether it was stopped before its plan ended: what follows is then incomplete. */
  readonly isInterrupted: boolean
  readonly elapsedSeconds: number
  readonly users: number
  /** Connections that were greeted. */
  readonly connections: number
  readonly thresholds: readonly ThresholdResult[]
  readonly measurements: Measurements
  /** `unsent` counts messages that were due but found their connection gone. */
  readonly delivery: DeliveryFindings & { readonly unsent: number }
  readonly presence: PresenceFindings
  /** Why connections ended although nobody asked them to: reason → how many. */
  readonly lost: Readonly<Record<string, number>>
}

/** Everything the audit holds against the run, in words; empty when it is clean. */
export function auditProblems(result: BenchResult): string[] {
  const { delivery, presence } = result
  const unanswered = delivery.sent - delivery.acknowledged - delivery.refused
  const counts: [number, string][] = [
    [delivery.missing, 'deliveries missing'],
    [delivery.duplicate, 'deliveries duplicate'],
    [delivery.outOfOrder, 'deliveries out of order'],
    [delivery.refused, 'messages refused by the server'],
    [unanswered, 'messages never acknowledged'],
    [delivery.unsent, 'messages unsent, their connection was gone'],
    [presence.notSeenOnline ?? 0, 'times a connected user was not seen online'],
    [presence.notSeenOffline ?? 0, 'times a user that had left was still seen online'],
    [presence.falseOffline, 'times a connected user was reported offline'],
    ...Object.entries(result.lost).map(([reason, count]): [number, string] => [
      count,
      `connections lost: ${reason}`,
    ]),
  ]
  const problems = counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`)
  if (!result.isInterrupted && presence.notSeenOffline === undefined)
    problems.push('the server was gone at the end, so who is left could not be judged')
  return problems
}

/** Exit codes of a run. */
export const BENCH_EXIT = { pass: 0, auditFailed: 98, thresholdFailed: 99, interrupted: 130 }

/** What the run's process should exit with. */
export function exitCodeOf(result: BenchResult): number {
  if (result.isInterrupted) return BENCH_EXIT.interrupted
  if (auditProblems(result).length > 0) return BENCH_EXIT.auditFailed
  if (result.thresholds.some(({ isMet }) => !isMet)) return BENCH_EXIT.thresholdFailed
  return BENCH_EXIT.pass
}
