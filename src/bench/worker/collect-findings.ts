import type { Audit } from '../audit/audit.ts'
import { ENTRY } from '../audit/block.ts'
import type { KnownStream } from '../audit/known-stream.ts'
import { judgePart, type PartFindings } from '../audit/part.ts'
import { nowUs } from '../clock.ts'
import type { ConnectionOutcomes } from '../users/connection-outcomes.ts'
import type { ConnectionPool } from '../users/connection-pool.ts'
import { SeenMessages } from '../users/seen-messages.ts'
import type { SentMessages } from '../users/sent-messages.ts'
import { Tally } from '../users/tally.ts'
import type { DepartureFindings, GeneratorFindings } from './snapshot.ts'

/** How long a greeting may take when all else has come. */
const PATIENCE_US = 1e6

/** Where a generator's findings stand. */
interface Sources {
  readonly audit: Audit
  readonly messages: SentMessages
  readonly connections: ConnectionPool
  readonly outcomes: ConnectionOutcomes
}

/** Everything that a generator has found; its connections stay as they are. */
export function collectFindings(sources: Sources, lastOffset: number): GeneratorFindings {
  const { audit, messages, connections, outcomes } = sources
  const { counts } = audit
  const seen = new SeenMessages(audit)
  const missing = connections.missingUntil(lastOffset)
  const left = audit.chats && audit.finished.map((part) => judgePart(part, audit.chats!))
  const ofLeft = (name: keyof PartFindings) =>
    left?.reduce((sum, findings) => sum + findings[name], 0) ?? 0
  const versions = audit.versions()
  return {
    ...collectDepartures(audit, outcomes),
    missing: counts.missing + missing + ofLeft('missing'),
    leaked: counts.leaked + connections.leaked() + ofLeft('leaked'),
    duplicate: counts.duplicate + messages.duplicateAcks + seen.repeated,
    reordered: counts.reordered,
    corrupt: counts.corrupt + messages.corrupt,
    misrouted: counts.misrouted + messages.misrouted,
    ambiguous: counts.ambiguous + messages.overtaken + ofLeft('ambiguous'),
    resumeFailed: counts.resumeFailed,
    wrongAcks: seen.countWrongAcks(messages),
    unacknowledged: messages.unanswered + connections.unanswered,
    expectedLosses: outcomes.expectedLosses.toRecord(),
    failedConnects: outcomes.failedConnects.toRecord(),
    neverReady: neverReady(connections),
    ownFaults: outcomes.ownFaults.toRecord(),
    errors: messages.errors.toRecord(),
    refusals: messages.refusals.toRecord(),
    ackOffsets: messages.ackOffsets(),
    ...versions,
    ...collectTimes([audit.stream, audit.aside], versions.firstOffset, versions.crcs.length),
    presence: collectPresence(audit.stream),
  }
}

/** What a generator has found of those who left, now that every leave so far was noticed. */
export function collectDepartures(
  audit: Audit,
  { lost }: Pick<ConnectionOutcomes, 'lost'>,
): DepartureFindings {
  audit.reports.confirm()
  return {
    falseOffline: audit.reports.falseOfflines,
    flaps: audit.reports.flaps,
    lost: lost.toRecord(),
  }
}

/** Connections that were not ready although they had the time: why → how many. */
function neverReady(connections: ConnectionPool): Record<string, number> {
  const reasons = new Tally()
  const now = nowUs()
  for (const connection of connections.all()) {
    const { state, receiver } = connection
    if (state === 'connecting' && connection.connectingUs(now) > PATIENCE_US)
      reasons.add('not greeted')
    if (state === 'open' && receiver.isReplaying) reasons.add('never told that it resumed')
  }
  return reasons.toRecord()
}

function collectTimes(
  streams: readonly KnownStream[],
  firstOffset: number,
  count: number,
): Pick<GeneratorFindings, 'firstUs' | 'lastUs'> {
  const firstUs = new Float64Array(count)
  const lastUs = new Float64Array(count)
  for (const block of streams.flatMap(({ blocks }) => blocks))
    for (let place = 0; place < block.count; place++) {
      if (block.kinds[place] !== ENTRY.timed) continue
      const at = block.offsets[place]! - firstOffset
      firstUs[at] = block.firstUs[place]!
      lastUs[at] = block.lastUs[place]!
    }
  return { firstUs, lastUs }
}

function collectPresence(stream: KnownStream): GeneratorFindings['presence'] {
  const found: [number, number, number][] = []
  for (const block of stream.blocks)
    for (let place = 0; place < block.count; place++) {
      const user = block.users[place]!
      if (user >= 0 && block.dueUs[place]! > 0)
        found.push([user, block.dueUs[place]!, block.lastUs[place]!])
    }
  return found
}
