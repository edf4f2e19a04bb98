import { crc32 } from 'node:zlib'
import { readMark } from '../audit/message-mark.ts'
import { parseFrame } from '../audit/parsed-frame.ts'
import type { Agreement } from '../audit/versions.ts'
import { GrowingArray } from '../users/growing-array.ts'
import { type FrameExtent, readExtent } from '../wire/frame-header.ts'
import type { GeneratorFindings } from '../worker/snapshot.ts'

/** What the database says beside what the clients were told. */
export interface DatabaseFindings {
  /** Messages that were acknowledged and are not there. */
  readonly notInDatabase: number
  /** Events that clients were sent otherwise than they stand there. */
  readonly differsFromDatabase: number
}

/** What the database is compared with. */
export interface ClientKnowledge {
  /** Names the process whose messages are looked for. */
  readonly origin: string
  readonly findings: readonly Pick<GeneratorFindings, 'ackOffsets'>[]
  readonly agreement: Agreement
  /** Time that is left to read it. */
  readonly leftMs: () => number
}

/**
 * Compares what was stored with what the clients know. Undefined when it was not read in time.
 * @param frames what was stored since the start of the run, each event as its frame
 */
export async function checkDatabase(
  frames: AsyncIterable<Buffer>,
  { origin, findings, agreement, leftMs }: ClientKnowledge,
): Promise<DatabaseFindings | undefined> {
  const log = new StoredLog(origin)
  for await (const frame of frames) {
    if (leftMs() === 0) return undefined
    log.add(frame)
  }
  const acknowledged = new Set(findings.flatMap(({ ackOffsets }) => [...ackOffsets]))
  return {
    notInDatabase: findings.reduce(
      (sum, { ackOffsets }, generator) =>
        sum + countAbsent(ackOffsets, log, { generator, agreement }),
      0,
    ),
    differsFromDatabase: countDiffering(agreement, acknowledged, log),
  }
}

/** What was read of the database. */
class StoredLog {
  /** Offset → checksum of the event's frame, header included. */
  readonly crcs = new GrowingArray()
  /** Offsets of messages that do not stand there as they were sent. */
  readonly damaged = new Set<number>()
  readonly #origin: string
  /** Generator → serial → 1 for a message that is there. */
  readonly #messages: GrowingArray[] = []
  readonly #extent: FrameExtent = { payloadStart: 0, end: 0 }

  constructor(origin: string) {
    this.#origin = origin
  }

  add(bytes: Buffer): void {
    readExtent(bytes, 0, bytes.length, this.#extent)
    const frame = parseFrame(bytes, this.#extent.payloadStart, bytes.length)!
    const offset = frame.payload?.offset ?? frame.offset!
    this.crcs.set(offset, crc32(bytes))
    const mark = readMark(frame.payload ?? {})
    if (mark === 'corrupt') this.damaged.add(offset)
    if (typeof mark === 'string' || mark.origin !== this.#origin) return
    this.#messages[mark.generator] ??= new GrowingArray()
    this.#messages[mark.generator]!.set(mark.serial, 1)
  }

  hasMessage(generator: number, serial: number): boolean {
    return this.#messages[generator]?.get(serial) === 1
  }
}

function countAbsent(
  ackOffsets: Float64Array,
  log: StoredLog,
  { generator, agreement: { firstOffset, crcs } }: { generator: number; agreement: Agreement },
): number {
  let absent = 0
  for (const [serial, offset] of ackOffsets.entries()) {
    if (offset === 0 || log.hasMessage(generator, serial)) continue
    // One that is there, but not as it was sent, is another finding.
    const isDiffering = log.damaged.has(offset) && crcs[offset - firstOffset] !== 0
    if (!isDiffering) absent += 1
  }
  return absent
}

function countDiffering(
  { firstOffset, crcs }: Agreement,
  acknowledged: ReadonlySet<number>,
  log: StoredLog,
): number {
  let differing = 0
  for (const [place, crc] of crcs.entries()) {
    const offset = firstOffset + place
    const stored = log.crcs.get(offset)
    // What was acknowledged and is not there is another finding.
    const isFine = stored === 0 ? acknowledged.has(offset) : stored === crc
    if (crc !== 0 && !isFine) differing += 1
  }
  return differing
}
