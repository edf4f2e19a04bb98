import { CloseCode, withRetryAfter } from '../../protocol/close-code.ts'

/** Connections that are asked to go, and may be expected back, in a second. */
const CONNECTIONS_PER_SECOND = 2_000

/** The pause between two batches. */
const BATCH_MS = 50

/** The shortest time over which clients are asked to come back. */
const MIN_WINDOW_MS = 1_000

/** How long a client has to answer the close frame. */
const CLOSE_TIMEOUT_MS = 2_000

/** What the drain needs of a connection. */
export interface Drainable {
  close(code: CloseCode): void
  /** Cuts the connection off. */
  terminate(): void
}

/** What is drained. */
export interface DrainSource {
  /** Those that are open now. */
  readonly connections: readonly Drainable[]
  /** Resolves when everything submitted so far is stored, acknowledged and handed to the sockets. */
  flush(): Promise<void>
}

/**
 * Sends every client away with 4000, each with a time of its own to come back at, so that the next
 * server does not get them all at once. What they sent before they knew is stored; what of it was
 * stored in time is acknowledged. Ends after `timeoutMs` at the latest.
 * @returns whether everything that was accepted is stored
 */
export async function drain(
  source: DrainSource,
  timeoutMs: number,
  random: () => number = Math.random,
): Promise<boolean> {
  const deadlineMs = performance.now() + timeoutMs
  const leaving = [...source.connections]
  const plan = planDrain(leaving.length, timeoutMs)
  for (let first = 0; first < leaving.length; first += plan.batchSize) {
    if (first > 0) await sleep(BATCH_MS)
    // So that the batch still hears what became of its messages.
    await within(source.flush(), deadlineMs - CLOSE_TIMEOUT_MS)
    for (const [i, connection] of leaving.slice(first, first + plan.batchSize).entries()) {
      const share = (first + i + random()) / leaving.length
      connection.close(withRetryAfter(CloseCode.draining, share * plan.windowMs))
    }
  }
  const answerMs = Math.min(deadlineMs, performance.now() + CLOSE_TIMEOUT_MS)
  while (source.connections.length > 0 && performance.now() < answerMs) await sleep(10)
  for (const connection of [...source.connections]) connection.terminate()
  return within(source.flush(), deadlineMs)
}

/** How many to close at once, and over how long to ask them back, in milliseconds. */
function planDrain(count: number, timeoutMs: number): { batchSize: number; windowMs: number } {
  const spreadMs = (count / CONNECTIONS_PER_SECOND) * 1_000
  const closingMs = Math.max(BATCH_MS, Math.min(spreadMs, timeoutMs / 2))
  return {
    batchSize: Math.max(1, Math.ceil((count * BATCH_MS) / closingMs)),
    windowMs: Math.max(MIN_WINDOW_MS, spreadMs),
  }
}

/** Waits for `work` until a time of `performance.now()`; tells whether it was done by then. */
export function within(work: Promise<unknown>, deadlineMs: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(false), Math.max(0, deadlineMs - performance.now()))
    work.then(() => resolve(true), reject).finally(() => clearTimeout(timer))
  })
}

function sleep(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs))
}
