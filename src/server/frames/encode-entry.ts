import type { LogEntry } from '../../storage/entries.ts'
import { NOBODY, type Place } from './audience.ts'
import { encodeFrame } from './encode-frame.ts'
import { entryFrame } from './entry-frame.ts'

const NOTHING = Buffer.alloc(0)

/** The frame of a log entry as bytes; none where it is for nobody. */
export function encodeEntry(entry: LogEntry, place: Place): Buffer {
  const frame = place === NOBODY ? undefined : entryFrame(entry)
  return frame ? encodeFrame(frame) : NOTHING
}
