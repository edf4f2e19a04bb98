import type { Audit } from '../audit/audit.ts'
import { ENTRY } from '../audit/block.ts'
import type { KnownStream } from '../audit/known-stream.ts'
import type { Roster } from '../audit/roster.ts'
import { nowUs } from '../clock.ts'
import type { Generator } from './generator.ts'
import type { RosterDifferences } from './generator-setup.ts'
import { SeenMessages } from './seen-messages.ts'
import { Tally } from './tally.ts'
import type { GeneratorFindings } from './tick.ts'
import type { VirtualConnection } from './virtual-connection.ts'

/** How long a greeting may take when all else has come. */
const PATIENCE_US = 1e6

/** Everything that a generator has found; its connections stay as they are. */
export function collectFindings(generator: Generator, lastOffset: number): GeneratorFindings {
  const { audit, messages } = generator
  const { counts } = audit
  let missing = counts.missing
  for (const { state, receiver } of generator.connections.all())
    if (state !== 'away' && state !== 'leaving')
      missing += receiver.offsets.missingUntil(lastOffset)
  const seen = new SeenMessages(audit)
  const versions = audit.versions()
  audit.reports.confirm()
  return {
    missing,
    duplicate: counts.duplicate + messages.duplicateAcks + seen.repeated,
    reordered: counts.reordered,
    corrupt: counts.corrupt + messages.corrupt,
    misrouted: counts.misrouted + messages.misrouted,
    ambiguous: counts.ambiguous,
    resumeFailed: counts.resumeFailed,
    falseOffline: audit.reports.falseOfflines,
    flaps: audit.reports.flaps,
    wrongAcks: seen.countWrongAcks(messages),
    unacknowledged: messages.unanswered,
    lost: generator.lost.toRecord(),
    expectedLosses: generator.expectedLosses.toRecord(),
    failedConnects: generator.failedConnects.toRecord(),
    neverReady: neverReady(generator),
    ownFaults: generator.ownFaults.toRecord(),
    errors: messages.errors.toRecord(),
    ackOffsets: messages.ackOffsets(),
    ...versions,
    ...collectTimes([audit.stream, audit.aside], versions.firstOffset, versions.crcs.length),
    presence: collectPresence(audit.stream),
  }
}

/** Connections that were not ready although they had the time: why → how many. */
function neverReady(generator: Generator): Record<string, number> {
  const reasons = new Tally()
  const now = nowUs()
  for (const connection of generator.connections.all()) {
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

/**
 * Where the rosters of open connections do not agree with who is here.
 * @param leftSinceUs judges only users that left since; 0: everyone
 */
export function differencesOf(
  connections: Iterable<VirtualConnection>,
  audit: Audit,
  leftSinceUs: number,
): RosterDifferences {
  const { population, users, stream } = audit
  const judged = Array.from({ length: population.size }, (_, user) => user).filter(
    (user) =>
      users.isKnown(user) &&
      !users.isComing(user) &&
      (leftSinceUs === 0 || (!users.isHere(user) && users.leaveUs(user) >= leftSinceUs)),
  )
  let notSeenOnline = 0
  let notSeenOffline = 0
  const wrongIn = (roster: Roster, cursor: number): number[] =>
    judged.filter((user) => users.isHere(user) !== roster.isOnline(user, stream, cursor))
  /** Connections that were greeted with the same list, and followed since, know the same. */
  const known = new Map<object, Map<string, number[]>>()
  for (const { state, user: own, receiver } of connections) {
    const { roster, cursor } = receiver
    if (state !== 'open' || !roster) continue
    const alike = known.get(roster.snapshot) ?? new Map<string, number[]>()
    known.set(roster.snapshot, alike)
    const key = `${roster.since}:${cursor}`
    const wrong = (roster.isPlain && alike.get(key)) || wrongIn(roster, cursor)
    if (roster.isPlain) alike.set(key, wrong)
    // Of itself a user is told in the greeting only; what others are told is not for it.
    if (leftSinceUs === 0 && roster.snapshot.isOnline[own] !== 1) notSeenOnline += 1
    for (const user of wrong) {
      if (user === own) continue
      if (users.isHere(user)) notSeenOnline += 1
      else notSeenOffline += 1
    }
  }
  return { notSeenOnline, notSeenOffline }
}
