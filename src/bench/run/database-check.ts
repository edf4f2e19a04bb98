import type { GeneratorFindings } from '../generator/tick.ts'
import { Observer } from './observer.ts'

/** What the log says beside what the clients were told. */
export interface DatabaseFindings {
  /** Messages that were acknowledged and do not stand where their ACK says. */
  readonly notInDatabase: number
  /** Events that clients were sent otherwise than they stand there. */
  readonly differsFromDatabase: number
}

/**
 * Reads the log back through a connection that resumes from the start of the run, and compares.
 * Undefined when that could not be done in time.
 */
export async function checkDatabase(
  findings: readonly GeneratorFindings[],
  read: { url: string; query: string; clock: string; timeoutMs: number },
): Promise<DatabaseFindings | undefined> {
  const observer = new Observer(read.url, read.query, read.clock, read.timeoutMs)
  const timer = setTimeout(() => observer.close(), read.timeoutMs)
  try {
    if (!(await observer.resumed)) return undefined
    return {
      notInDatabase: findings.reduce(
        (sum, { ackOffsets }, index) => sum + countAbsent(ackOffsets, index, observer),
        0,
      ),
      differsFromDatabase: findings.reduce((sum, one) => sum + countDiffering(one, observer), 0),
    }
  } finally {
    clearTimeout(timer)
    observer.close()
  }
}

function countAbsent(ackOffsets: Float64Array, generator: number, log: Observer): number {
  let absent = 0
  for (const [serial, offset] of ackOffsets.entries()) {
    if (offset === 0) continue
    const isThere =
      log.generators.get(offset) === generator + 1 && log.serials.get(offset) === serial
    if (!isThere) absent += 1
  }
  return absent
}

function countDiffering({ firstOffset, crcs }: GeneratorFindings, log: Observer): number {
  let differing = 0
  for (const [place, crc] of crcs.entries()) {
    const stored = log.crcs.get(firstOffset + place)
    if (crc !== 0 && stored !== 0 && crc !== stored) differing += 1
  }
  return differing
}
