import { crc32 } from 'node:zlib'
import { expect, it } from 'vitest'
import { writeContent } from '../../../src/bench/audit/message-mark.ts'
import { checkDatabase } from '../../../src/bench/probe/database-check.ts'
import { encodeText } from '../../../src/server/frames/encode-frame.ts'

const ORIGIN = '0123abcd'

/** The frame of the message with a serial, as its sender wrote it, at an offset. */
function message(serial: number, offset: number, changes: object = {}): Buffer {
  const mark = { origin: ORIGIN, generator: 0, serial, dueUs: 1, isRecorded: true }
  const envelope = { chat_id: 1, sender_id: 2 }
  const content = writeContent(mark, envelope, 80)
  const payload = { id: offset, ...envelope, content, offset, ...changes }
  return encodeText(JSON.stringify({ type: 'MESSAGE', payload }))
}

async function* stored(...frames: Buffer[]) {
  yield* frames
}

/** What clients know: the offset of each ACK by serial, and the frames from an offset on. */
function known(acks: number[], firstOffset: number, frames: (Buffer | undefined)[], leftMs = 1000) {
  const crcs = Uint32Array.from(frames, (frame) => (frame ? crc32(frame) : 0))
  return {
    origin: ORIGIN,
    findings: [{ ackOffsets: Float64Array.from(acks) }],
    agreement: { firstOffset, crcs, odd: 0 },
    leftMs: () => leftMs,
  }
}

const [a, b, c] = [message(0, 5), message(1, 6), message(2, 7)]

it('finds nothing where all that is known is there', async () => {
  expect(await checkDatabase(stored(a, b, c), known([5, 6, 7], 5, [a, b, c]))).toEqual({
    notInDatabase: 0,
    differsFromDatabase: 0,
  })
})

it('counts what was acknowledged and is not there, and what was sent and is not there', async () => {
  expect(await checkDatabase(stored(a), known([5, 6, 0], 5, [a, b, c]))).toEqual({
    notInDatabase: 1,
    differsFromDatabase: 1,
  })
})

it('counts an event that is there otherwise than it was sent once', async () => {
  const changed = [message(0, 5, { id: 9 }), message(1, 6, { chat_id: 3 }), c]
  expect(await checkDatabase(stored(...changed), known([5, 6, 7], 5, [a, b, c]))).toEqual({
    notInDatabase: 0,
    differsFromDatabase: 2,
  })
})

it('counts what was changed before it was stored as not there', async () => {
  const changed = message(1, 6, { content: 'bench:' })
  const knowledge = known([5, 6], 5, [a, undefined])
  expect(await checkDatabase(stored(a, changed), knowledge)).toEqual({
    notInDatabase: 1,
    differsFromDatabase: 0,
  })
})

it('does not judge what could not be read in time', async () => {
  expect(await checkDatabase(stored(a), known([5], 5, [a], 0))).toBeUndefined()
})
