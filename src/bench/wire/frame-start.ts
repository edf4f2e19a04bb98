import { type FrameExtent, isSoundHeader, readExtent } from './frame-header.ts'
import { OPCODE } from './masked-frame.ts'

/** What the payload of every text frame of the server begins with, and no text holds unescaped. */
export const OPENING = '{"type":"'

const FINAL_TEXT = 0x80 | OPCODE.text

/** Lengths of a header, by how long its frame is. */
const HEADER_LENGTHS = [10, 4, 2]

/** Bytes at the end of what has come in which a frame may have begun that is not found yet. */
export const UNDECIDED_BYTES = HEADER_LENGTHS[0]! + OPENING.length - 1

const extent: FrameExtent = { payloadStart: 0, end: 0 }

/** Where the first text frame of the server from `from` on begins, in damaged bytes; -1: nowhere. */
export function findFrameStart(bytes: Buffer, from: number, length: number): number {
  const came = bytes.subarray(0, length)
  for (let json = from; ; json += 1) {
    json = came.indexOf(OPENING, json, 'latin1')
    if (json < 0) return -1
    const header = HEADER_LENGTHS.find((bytesOfIt) => beginsAt(came, json - bytesOfIt, json))
    if (header !== undefined && json - header >= from) return json - header
  }
}

/** Whether what begins at `at` is the payload of a text frame of the server. */
export function beginsText(bytes: Buffer, at: number): boolean {
  return bytes.toString('latin1', at, at + OPENING.length) === OPENING
}

/** Whether the header of a text frame at `at` is followed by its payload at `json`. */
function beginsAt(bytes: Buffer, at: number, json: number): boolean {
  return (
    at >= 0 &&
    bytes[at] === FINAL_TEXT &&
    readExtent(bytes, at, bytes.length, extent) &&
    extent.payloadStart === json &&
    isSoundHeader(bytes, at)
  )
}
