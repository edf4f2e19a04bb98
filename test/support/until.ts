import { setTimeout as sleep } from 'node:timers/promises'

/** Polls until `condition` holds; fails after `timeoutMs` with `what` was waited for. */
export async function until(
  condition: () => boolean,
  what: string,
  timeoutMs = 30_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain for ${what}`)
    await sleep(5)
  }
}
