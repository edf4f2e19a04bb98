import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { CORES, pinned } from './pin.mjs'
import { endProcess, keepTrackOf } from './process-table.mjs'

const TIMEOUT_MS = 20_000

/** Starts a Node script on the generator's core; it answers a line on stdin with one of JSON. */
export function startPinned(script, args) {
  const words = [script, ...args.map(String)]
  return keepTrackOf(
    spawn(...pinned(CORES.generator, process.execPath, words), {
      stdio: ['pipe', 'pipe', 'inherit'],
    }),
  )
}

/** Asks a script for its answer, and ends it. */
export async function ask(child, line) {
  try {
    const answer = once(createInterface({ input: child.stdout }), 'line', {
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    child.stdin.write(`${line}\n`)
    return JSON.parse((await answer)[0])
  } finally {
    await endProcess(child)
  }
}
