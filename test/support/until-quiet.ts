import type { StepBudget, TeardownStep } from '../../src/bench/run/teardown-budget.ts'
import type { TamperingProxy } from './tampering-proxy.ts'

/** Turns without a frame after which nothing more is to come. */
const QUIET_TURNS = 30

/**
 * Lets the end of a run wait as long as frames pass: what is wrong for good is not waited for, and
 * what is slow is.
 */
export function untilQuiet(proxy: TamperingProxy): StepBudget {
  let current: TeardownStep | undefined
  let begin = 0
  return {
    leftMs(step) {
      if (step !== current) begin = proxy.quietTurns
      current = step
      begin = Math.min(begin, proxy.quietTurns)
      return proxy.quietTurns - begin < QUIET_TURNS ? 60_000 : 0
    },
  }
}
