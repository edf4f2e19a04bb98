import type { Audit } from '../audit/audit.ts'
import { ENTRY, type KnownStream } from '../audit/known-stream.ts'
import { readContent } from '../audit/message-mark.ts'
import type { Roster } from '../audit/roster.ts'
import type { Generator } from './generator.ts'
import type { RosterDifferences } from './generator-setup.ts'
import type { GeneratorFindings } from './tick.ts'
import type { VirtualConnection } from './virtual-connection.ts'

/** Everything that a generator has found; its connections stay as they are. */
export function collectFindings(generator: Generator, lastOffset: number): GeneratorFindings {
  const { audit, messages } = generator
  const { counts } = audit
  let missing = counts.missing
  for (const { state, receiver } of generator.connections.all())
    if (state !== 'away' && state !== 'leaving')
      missing += receiver.offsets.missingUntil(lastOffset)
  const ackOffsets = messages.ackOffsets()
  const sums = audit.stream.sums()
  return {
    missing,
    duplicate: counts.duplicate + messages.duplicateAcks,
    reordered: counts.reordered,
    corrupt: audit.corruptFrames(),
    misrouted: counts.misrouted + messages.misrouted,
    ambiguous: counts.ambiguous,
    resumeFailed: counts.resumeFailed,
    falseOffline: audit.falseOfflines(),
    flaps: counts.flaps,
    wrongAcks: countWrongAcks(audit, ackOffsets),
    unacknowledged: messages.unanswered,
    lost: generator.lost.toRecord(),
    expectedLosses: generator.expectedLosses.toRecord(),
    failedConnects: generator.failedConnects.toRecord(),
    ownFaults: generator.ownFaults.toRecord(),
    errors: messages.errors.toRecord(),
    ackOffsets,
    ...sums,
    ...collectTimes(audit.stream, sums.firstOffset, sums.crcs.length),
    presence: collectPresence(audit.stream),
  }
}

/** How many of a generator's own messages stand elsewhere than their ACK said. */
function countWrongAcks(audit: Audit, ackOffsets: Float64Array): number {
  let wrong = 0
  for (const [serial, offset] of ackOffsets.entries()) {
    if (offset === 0) continue
    const index = audit.stream.find(offset)
    if (index < 0 || audit.stream.blockOf(index).crcs) continue
    const bytes = audit.stream.bytesOf(index)
    const start = bytes.indexOf('"content":"bench:', 0, 'latin1')
    const content = /"content":"([^"]*)"/.exec(bytes.toString('utf8', Math.max(0, start)))?.[1]
    const mark = readContent(content ?? '')
    if (typeof mark === 'string' || mark.serial !== serial) wrong += 1
  }
  return wrong
}

function collectTimes(
  stream: KnownStream,
  firstOffset: number,
  count: number,
): Pick<GeneratorFindings, 'firstUs' | 'lastUs'> {
  const firstUs = new Float64Array(count)
  const lastUs = new Float64Array(count)
  for (const block of stream.blocks)
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

/** Where the rosters of open connections do not agree with who is here. */
export function differencesOf(
  connections: Iterable<VirtualConnection>,
  audit: Audit,
): RosterDifferences {
  const { population, users, stream } = audit
  const known = Array.from({ length: population.size }, (_, user) => user).filter((user) =>
    users.isKnown(user),
  )
  let notSeenOnline = 0
  let notSeenOffline = 0
  const judge = (roster: Roster, cursor: number): RosterDifferences => {
    const differing = known.filter(
      (user) => users.isHere(user) !== roster.isOnline(user, stream, cursor),
    )
    const notSeenOnline = differing.filter((user) => users.isHere(user)).length
    return { notSeenOnline, notSeenOffline: differing.length - notSeenOnline }
  }
  /** Connections that were greeted with the same list, and followed since, know the same. */
  const judged = new Map<object, Map<string, RosterDifferences>>()
  for (const { state, receiver } of connections) {
    const { roster, cursor } = receiver
    if (state !== 'open' || !roster) continue
    const alike = judged.get(roster.snapshot) ?? new Map<string, RosterDifferences>()
    judged.set(roster.snapshot, alike)
    const key = `${roster.since}:${cursor}`
    const differences = (roster.isPlain && alike.get(key)) || judge(roster, cursor)
    if (roster.isPlain) alike.set(key, differences)
    notSeenOnline += differences.notSeenOnline
    notSeenOffline += differences.notSeenOffline
  }
  return { notSeenOnline, notSeenOffline }
}
