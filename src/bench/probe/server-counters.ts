import { setTimeout as sleep } from 'node:timers/promises'
import { httpAddress } from '../../protocol/http-address.ts'

/** What a server counts by itself, as far as a load test can hold it against the clients' counts. */
export interface ServerCounters {
  readonly messagesStored: number
  readonly connections: number
}

/** What the clients of a server counted. */
export interface ClientCounters {
  readonly acknowledged: number
  /** Of those that were not acknowledged, some may be stored: their senders left. */
  readonly sent: number
  /** Connections. */
  readonly open: number
}

/** How long the answers may take. */
export interface AnswerBudget {
  /** Milliseconds that are left to ask, or to the end of the whole run. */
  leftMs(step: 'counters' | 'database'): number
}

const TIMEOUT_MS = 2_000
const POLL_MS = 50

/** How often the server is asked again while it has not noticed the last of what happened. */
const TRIES = 20

/**
 * It is asked once, even if the time is up already. For that answer there is as long as a busy machine
 * may need, or what is left of the whole end, but never less than a moment.
 */
const LAST_MS = { most: 1_000, least: 100 }

/** Asks a server for its counters; undefined when it does not tell them in time. */
export async function readServerCounters(
  url: string,
  timeoutMs = TIMEOUT_MS,
): Promise<ServerCounters | undefined> {
  try {
    const { base, authorization } = httpAddress(url)
    const address = new URL('stats', base)
    address.search = base.search
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization }
    const signal = AbortSignal.timeout(Math.ceil(Math.min(timeoutMs, TIMEOUT_MS)))
    const response = await fetch(address, { signal, headers })
    const { messagesStored, connections } = (await response.json()) as Partial<ServerCounters>
    const isComplete = typeof messagesStored === 'number' && typeof connections === 'number'
    return response.ok && isComplete ? { messagesStored, connections } : undefined
  } catch {
    return undefined
  }
}

/**
 * Where a server's counters do not agree with what the clients counted since `before`, in words.
 * It is asked several times, because a close may reach it later than its client.
 */
export async function compareCounters(
  url: string,
  before: ServerCounters,
  { clients, budget }: { clients: ClientCounters; budget: AnswerBudget },
): Promise<string[]> {
  const leftMs = () => budget.leftMs('counters')
  let problems = ['the server told no counters at the end, although it did at the start']
  for (let tries = 1; ; tries++) {
    const lastMs = Math.max(LAST_MS.least, Math.min(LAST_MS.most, budget.leftMs('database')))
    const now = await readServerCounters(url, Math.max(lastMs, leftMs()))
    // What it told last counts, if it tells nothing any more.
    if (!now) return problems
    problems = differences(now, before, clients)
    if (problems.length === 0 || tries === TRIES || leftMs() === 0) return problems
    await sleep(Math.min(POLL_MS, leftMs()))
  }
}

function differences(
  now: ServerCounters,
  before: ServerCounters,
  { acknowledged, sent, open }: ClientCounters,
): string[] {
  const stored = now.messagesStored - before.messagesStored
  return [
    ...(stored >= acknowledged && stored <= sent
      ? []
      : [
          `the server counts ${stored} messages stored, its clients ${acknowledged} acknowledged` +
            ` of ${sent}`,
        ]),
    ...(now.connections === open
      ? []
      : [`the server counts ${now.connections} connections, its clients ${open}`]),
  ]
}
