import type { Scenario, Traffic } from './scenario.ts'
import { seededRandom } from './seeded-random.ts'

/** One message to send. */
export interface PlannedSend {
  /** Numbers the messages of a run from 0, in the order of sending. */
  readonly serial: number
  readonly kind: 'chat' | 'support'
  readonly chatId: number
  /** Which connection sends it: index into all of them. */
  readonly sender: number
  /** When it is due, in milliseconds from the start of sending. */
  readonly dueMs: number
  readonly contentBytes: number
}

/** How many connections each user has: user index → count. */
export function planConnections(scenario: Scenario): number[] {
  const random = seededRandom(scenario.seed)
  const shares = scenario.users.connections
  const total = shares.reduce((sum, { weight }) => sum + weight, 0)
  return Array.from({ length: scenario.users.count }, () => {
    const point = random() * total
    let passed = 0
    for (const { count, weight } of shares) {
      passed += weight
      if (point < passed) return count
    }
    return shares.at(-1)!.count
  })
}

/**
 * Every message of a run in the order in which it is due, at constant spacing for each kind. The
 * plan follows from the scenario alone: what the server does never delays or drops a send.
 */
export function* planSends(scenario: Scenario, connectionCount: number): Generator<PlannedSend> {
  const random = seededRandom(scenario.seed + 1)
  const streams = (['chat', 'support'] as const).flatMap((kind) => {
    const traffic = scenario[kind]
    return traffic ? [{ kind, traffic, sent: 0 }] : []
  })
  for (let serial = 0; ; serial++) {
    const next = streams.reduce<(typeof streams)[number] | undefined>(
      (first, stream) => (first && dueMs(first) <= dueMs(stream) ? first : stream),
      undefined,
    )
    if (!next || dueMs(next) >= scenario.durationSeconds * 1000) return
    yield {
      serial,
      kind: next.kind,
      chatId: 1 + Math.floor(random() * next.traffic.chats),
      sender: Math.floor(random() * connectionCount),
      dueMs: dueMs(next),
      contentBytes: next.traffic.contentBytes,
    }
    next.sent += 1
  }
}

function dueMs(stream: { traffic: Traffic; sent: number }): number {
  return (stream.sent * 1000) / stream.traffic.ratePerSecond
}
