import { execFileSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

/** Where each side runs: neither takes time from the other. */
export const CORES = { server: 0, generator: 1 }

/** Why processes are not pinned to cores; undefined when they are. */
export const pinProblem = findProblem()

/** The command, held to one core where that is possible. */
export function pinned(core, command, args) {
  if (pinProblem) return [command, args]
  return ['taskset', ['-c', String(core), command, ...args]]
}

function findProblem() {
  if (availableParallelism() < 2) return 'not pinned: there is only one core'
  try {
    execFileSync('taskset', ['-c', '0,1', 'true'], { stdio: 'ignore' })
    return undefined
  } catch {
    return 'not pinned: taskset is missing or may not use cores 0 and 1'
  }
}
