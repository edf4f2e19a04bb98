import { setTimeout as sleep } from 'node:timers/promises'
import { nowUs } from './clock.ts'

/** Sleeps until a time, or until it is aborted. */
export async function sleepUntil(us: number, signal: AbortSignal): Promise<void> {
  const waitMs = (us - nowUs()) / 1e3
  if (waitMs <= 0 || signal.aborted) return
  await sleep(waitMs, undefined, { signal }).catch(() => {})
}
