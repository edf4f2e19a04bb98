import { setImmediate as nextTurn } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Audit } from '../../../src/bench/audit/audit.ts'
import { formatMessageName, writeContent } from '../../../src/bench/audit/message-mark.ts'
import type { ParsedFrame } from '../../../src/bench/audit/parsed-frame.ts'
import { Receiver } from '../../../src/bench/audit/receiver.ts'
import { UserLedger } from '../../../src/bench/audit/user-ledger.ts'
import { agree } from '../../../src/bench/audit/versions.ts'
import { Scenario } from '../../../src/bench/scenario/scenario.ts'
import { Population } from '../../../src/bench/schedule/population.ts'
import { encodeText } from '../../../src/server/frames/encode-frame.ts'
import { until } from '../../support/until.ts'

const ORIGIN = '0123abcd'
const USERS = 5

const encode = (frame: object) => encodeText(JSON.stringify(frame))

function messageText(offset: number, bytes = 80): string {
  const mark = { origin: ORIGIN, generator: 0, serial: offset, dueUs: 1000, isRecorded: true }
  const envelope = { chat_id: 1, sender_id: 2 }
  const payload = {
    id: offset,
    ...envelope,
    content: writeContent(mark, envelope, bytes),
    created_at: '2026-01-01T00:00:00.000Z',
    offset,
  }
  return JSON.stringify({ type: 'MESSAGE', payload })
}
const message = (offset: number, bytes?: number) => encodeText(messageText(offset, bytes))

const presence = (type: 'USER_ONLINE' | 'USER_OFFLINE', userId: number) =>
  encode({ type, userId, timestamp: '2026-01-01T00:00:00.000Z' })

const greeting = (offset: number, online: number[]) =>
  encode({
    type: 'CONNECTION_ESTABLISHED',
    userId: USERS,
    sessionId: 's-1',
    epoch: 'e',
    offset,
    online,
  })

class Setup {
  readonly audit: Audit
  readonly users = new UserLedger(UserLedger.allocate(USERS))
  readonly privates: ParsedFrame[] = []
  readonly pings: string[] = []

  constructor() {
    const scenario = Scenario.parse({
      name: 'n',
      users: { count: USERS },
      phases: [{ name: 'p', durationSeconds: 1 }],
    })
    this.audit = new Audit(new Population(scenario), this.users, ORIGIN)
  }

  /** Frames that are wrong by themselves, or that most connections had otherwise. */
  corrupt(): number {
    return this.audit.counts.corrupt + agree([this.audit.versions()]).odd
  }

  receiver(offset = 0, online: number[] = []): Receiver {
    const receiver = new Receiver(this.audit, USERS - 1, {
      onGreeting: () => {},
      onPrivate: (frame) => void this.privates.push(frame),
      onPing: (payload) => void this.pings.push(String(payload)),
      onClose: () => {},
    })
    receiver.begin(false)
    feed(receiver, greeting(offset, online))
    return receiver
  }
}

/** The frames of one message, cut at some lengths, and a ping before the last. */
function fragmentsOf(text: string, lengths: number[]): Buffer[] {
  if (lengths.length === 0) return [encodeText(text)]
  const bytes = Buffer.from(text)
  let at = 0
  const parts = [...lengths, bytes.length].map((length) => {
    const part = bytes.subarray(at, at + length)
    at += part.length
    return part
  })
  const frames = parts.map((part, i) => {
    const isLast = i === parts.length - 1
    const frame = Buffer.from(encodeText(part.toString()))
    frame[0] = (isLast ? 0x80 : 0) | (i === 0 ? 0x01 : 0x00)
    return frame
  })
  return [...frames.slice(0, -1), Buffer.from([0x89, 0x00]), frames.at(-1)!]
}

/** A frame with some bits of its header turned over. */
function withHeader(text: string, at: number, bits: number): Buffer {
  const frame = Buffer.from(encodeText(text))
  frame[at]! ^= bits
  return frame
}

/** The text of a message whose length is odd. */
function oddText(offset: number): string {
  const text = messageText(offset)
  return text.length % 2 === 1 ? text : messageText(offset, 81)
}

/** Feeds bytes in pieces of some lengths, over and over. */
function feedInPieces(receiver: Receiver, bytes: Buffer, lengths: readonly number[]): void {
  let turn = 0
  for (let at = 0; at < bytes.length; turn++) {
    const length = lengths[turn % lengths.length]!
    feed(receiver, bytes.subarray(at, at + length))
    at += length
  }
}

function feed(receiver: Receiver, ...frames: Buffer[]): void {
  const bytes = Buffer.concat(frames)
  receiver.read(bytes, 0, bytes.length, 2000)
}

describe('Receiver', () => {
  it('counts every delivery once, whatever pieces the bytes come in', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 64, max: 400 }), { minLength: 1, maxLength: 20 }),
        fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 30 }),
        async (sizes, pieces) => {
          const setup = new Setup()
          const bytes = Buffer.concat(sizes.map((size, i) => message(i + 1, size)))
          const receivers = [setup.receiver(), setup.receiver(), setup.receiver()]
          const places = receivers.map(() => 0)
          for (let turn = 0; places.some((place) => place < bytes.length); turn++) {
            const which = turn % 3
            const at = places[which]!
            const end = Math.min(bytes.length, at + pieces[turn % pieces.length]!)
            // A read buffer is used again for the next connection.
            const buffer = Buffer.concat([Buffer.alloc(3, 'x'), bytes.subarray(at, end)])
            receivers[which]!.read(buffer, 3, buffer.length, 2000)
            buffer.fill('y')
            places[which] = end
          }
          const isComplete = () => receivers.every((one) => one.offsets.isComplete(sizes.length))
          await until(isComplete, 'all to be placed')
          expect(setup.audit.counts).toMatchObject({
            delivered: 3 * sizes.length,
            duplicate: 0,
            reordered: 0,
            corrupt: 0,
          })
        },
      ),
      { numRuns: 60 },
    )
  })

  /** Kinds of faults → what a message is replaced by; `swap` is done with the one after it. */
  const FAULTS = {
    fine: (text: string) => [encodeText(text)],
    drop: () => [],
    swap: () => [],
    repeat: (text: string) => [encodeText(text), encodeText(text)],
    content: (text: string) => [encodeText(text.replace('fox', 'box'))],
    chat: (text: string) => [encodeText(text.replace('chat_id":1', 'chat_id":2'))],
    time: (text: string) => [encodeText(text.replace('.000Z', '.001Z'))],
    laterOffset: (text: string) => [encodeText(text.replace('offset":', 'offset":9'))],
    earlierOffset: (text: string) => [encodeText(text.replace(/offset":\d+/, 'offset":0'))],
    json: (text: string) => [encodeText(text.replace('"payload"', 'payload"'))],
    reserved: (text: string) => [withHeader(text, 0, 0x40)],
    control: (text: string) => [withHeader(text, 0, 0x08)],
    binary: (text: string) => [withHeader(text, 0, 0x03)],
    continued: (text: string) => [withHeader(text, 0, 0x01)],
    unfinished: (text: string) => [withHeader(text, 0, 0x80)],
    masked: (text: string) => [withHeader(text, 1, 0x80)],
    shorter: (text: string) => [withHeader(text, 3, 0x01)],
    longer: (text: string) => [withHeader(text, 2, 0x01)],
    answer: (text: string) => [encodeText('{"type":"ACK","client_id"'), encodeText(text)],
  } satisfies Record<string, (text: string) => Buffer[]>
  const NOT_CORRUPT = ['fine', 'drop', 'swap', 'repeat']

  it('counts exactly what was dropped, repeated, swapped and damaged, whoever comes first', async () => {
    const kinds = Object.keys(FAULTS) as (keyof typeof FAULTS)[]
    const faults = fc.array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 12 })
    const pieces = fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 9 })
    await fc.assert(
      fc.asyncProperty(faults, pieces, fc.nat(3), async (planted, lengths, whose) => {
        const setup = new Setup()
        // The first of three is odd, so that a byte of its length can be made smaller.
        const texts = Array.from({ length: planted.length * 3 + 1 }, (_, i) => oddText(i + 1))
        const clean = texts.map((text) => encodeText(text))
        const faulty = texts.flatMap((text, i): Buffer[] => {
          const before = i % 3 === 1 ? planted[(i - 1) / 3] : undefined
          if (before === 'swap') return [clean[i]!, clean[i - 1]!]
          const kind = i % 3 === 0 ? planted[i / 3] : undefined
          return FAULTS[kind ?? 'fine'](text)
        })
        const receivers = Array.from({ length: 4 }, () => setup.receiver())
        for (const [index, receiver] of receivers.entries())
          feedInPieces(receiver, Buffer.concat(index === whose ? faulty : clean), lengths)
        const last = texts.length
        await until(() => receivers.every((one) => one.offsets.last === last), 'all to be placed')
        const count = (...wanted: string[]) =>
          planted.filter((kind) => wanted.includes(kind)).length
        expect({
          missing: receivers.map((one) => one.offsets.missingUntil(last)),
          duplicate: setup.audit.counts.duplicate,
          reordered: setup.audit.counts.reordered,
          misrouted: setup.audit.counts.misrouted,
          corrupt: setup.corrupt(),
        }).toEqual({
          missing: receivers.map((_, index) => (index === whose ? count('drop') : 0)),
          duplicate: count('repeat'),
          reordered: count('swap'),
          misrouted: 0,
          corrupt: planted.length - count(...NOT_CORRUPT),
        })
      }),
      { numRuns: 150 },
    )
  })

  it('reads messages that come in several frames, with a ping between, as what they are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.integer({ min: 0, max: 90 }), { maxLength: 3 }), { minLength: 1 }),
        fc.integer({ min: 1, max: 300 }),
        async (cuts, pieceBytes) => {
          const setup = new Setup()
          const fragmented = cuts.flatMap((cut, i) => [
            ...fragmentsOf(messageText(i + 1), cut),
            ...(i % 2 ? [encode({ type: 'ERROR', code: 'INVALID_JSON', message: `${i}` })] : []),
          ])
          const receivers = [setup.receiver(), setup.receiver()]
          feed(receivers[0]!, ...cuts.map((_, i) => message(i + 1)))
          const bytes = Buffer.concat(fragmented)
          for (let at = 0; at < bytes.length; at += pieceBytes)
            feed(receivers[1]!, bytes.subarray(at, at + pieceBytes))
          const isComplete = () => receivers.every((one) => one.offsets.isComplete(cuts.length))
          await until(isComplete, 'all to be placed')
          expect(setup.audit.counts).toMatchObject({
            delivered: 2 * cuts.length,
            duplicate: 0,
            reordered: 0,
            corrupt: 0,
          })
          expect(setup.corrupt()).toBe(0)
          expect(setup.privates).toHaveLength(Math.floor(cuts.length / 2))
          expect(setup.pings).toHaveLength(cuts.filter((cut) => cut.length > 0).length)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('takes the version that most were sent for the right one', async () => {
    const setup = new Setup()
    const odd = encodeText(messageText(1).replace('.000Z', '.001Z'))
    const receivers = [setup.receiver(), setup.receiver(), setup.receiver(), setup.receiver()]
    for (const [index, receiver] of receivers.entries())
      feed(receiver, index === 0 ? odd : message(1))
    await until(() => receivers.every((one) => one.offsets.isComplete(1)), 'all to be placed')
    expect(setup.corrupt()).toBe(1)
  })

  it('lets others show the order first, also in a process that was held up for long', async () => {
    const setup = new Setup()
    const [hasty, other] = [setup.receiver(), setup.receiver()]
    feed(hasty, message(1))
    feed(hasty, message(3))
    const untilMs = performance.now() + 300
    while (performance.now() < untilMs);
    await nextTurn()
    for (const offset of [1, 2, 3]) feed(other, message(offset))
    feed(hasty, message(2))
    await until(() => hasty.offsets.isComplete(3), 'all to be placed')
    expect(setup.audit.stream.find(2)).toBeLessThan(setup.audit.stream.find(3))
    expect(setup.audit.aside.end).toBe(0)
    expect(setup.audit.counts).toMatchObject({ reordered: 1, duplicate: 0, missing: 0 })
  })

  it('starts after the offset that it is greeted with', async () => {
    const setup = new Setup()
    const [early, late] = [setup.receiver(0), setup.receiver(2)]
    feed(early, message(1), message(2), message(3))
    feed(late, message(3))
    await until(() => late.offsets.isComplete(3), 'the late one to be placed')
    expect(late.offsets.missingUntil(3)).toBe(0)
    expect(early.offsets.missingUntil(4)).toBe(1)
  })

  it('goes on where it was when it resumes, and tells what was lost or repeated there', async () => {
    const setup = new Setup()
    const receiver = setup.receiver()
    feed(receiver, message(1), message(2))
    receiver.begin(true)
    feed(receiver, greeting(4, []), message(2), message(4), encode({ type: 'RESUMED', offset: 4 }))
    await until(() => receiver.offsets.last === 4, 'all to be placed')
    expect(receiver.offsets.missingUntil(4)).toBe(1)
    expect(setup.audit.counts.duplicate).toBe(1)
  })

  it('counts what was under way when it left as neither right nor wrong, and what it lacked as missing', async () => {
    const setup = new Setup()
    const [stays, leaves] = [setup.receiver(), setup.receiver()]
    feed(stays, ...[1, 2, 3, 4, 5, 6, 7].map((offset) => message(offset)))
    feed(leaves, message(1), message(3), message(4))
    await until(() => leaves.offsets.last === 4, 'all to be placed')
    leaves.settle(setup.audit.stream.lastOffset)
    expect(setup.audit.counts).toMatchObject({ missing: 1, ambiguous: 3 })
  })

  it('is greeted once, for itself, and asks for nothing', () => {
    const setup = new Setup()
    const receiver = setup.receiver(2)
    feed(receiver, greeting(0, []), message(3))
    feed(receiver, encode({ type: 'CONNECTION_ESTABLISHED', userId: 1, offset: 0, online: [] }))
    feed(receiver, encode({ type: 'PONG', t: 1 }), encode({ type: 'RESUMED', offset: 0 }))
    expect(setup.audit.counts).toMatchObject({ duplicate: 1, misrouted: 3 })
    expect(receiver.offsets.missingUntil(3)).toBe(0)
  })

  it('counts what a failed resume has lost', () => {
    const setup = new Setup()
    const receiver = setup.receiver()
    feed(receiver, message(1))
    receiver.begin(true)
    feed(receiver, greeting(5, []), encode({ type: 'RESUME_FAILED', epoch: 'e', offset: 5 }))
    expect(setup.audit.counts.resumeFailed).toBe(4)
    expect(receiver.offsets.missingUntil(5)).toBe(0)
  })

  it('hands on what is for one connection alone, from among what is for all', () => {
    const setup = new Setup()
    const [one, other] = [setup.receiver(), setup.receiver()]
    feed(one, message(1), message(2), message(3))
    const name = formatMessageName({
      origin: ORIGIN,
      generator: 0,
      serial: 1,
      dueUs: 0,
      isRecorded: true,
    })
    const ack = encode({ type: 'ACK', client_id: name, id: 1, offset: 1, created_at: '' })
    const ping = Buffer.from([0x89, 2, 0x68, 0x69])
    feed(other, message(1), ack, message(2), ping, message(3))
    expect(setup.privates.map(({ type }) => type)).toEqual(['ACK'])
    expect(setup.pings).toEqual(['hi'])
    expect(other.offsets.isComplete(3)).toBe(true)
  })

  it('knows who is online from greeting and stream, also where presence was shed', async () => {
    const setup = new Setup()
    const full = setup.receiver(0, [1])
    const shed = setup.receiver(0, [1])
    feed(full, message(1), presence('USER_ONLINE', 2), message(2), presence('USER_ONLINE', 3))
    feed(shed, message(1), message(2))
    await until(() => shed.offsets.isComplete(2), 'the other one to be placed')
    const seen = (receiver: Receiver) =>
      [0, 1, 2].filter((user) =>
        receiver.roster!.isOnline(user, setup.audit.stream, receiver.cursor),
      )
    expect(seen(full)).toEqual([0, 1, 2])
    expect(seen(shed)).toEqual([0])
    feed(shed, encode({ type: 'USER_ONLINE', userId: 2, timestamp: 'later' }))
    expect(seen(shed)).toEqual([0, 1])
  })

  it('finds a user reported offline that had not left, but not one that had', () => {
    const setup = new Setup()
    for (const user of [0, 1]) {
      setup.users.opening(user, 1)
      setup.users.opened(user)
    }
    setup.users.closed(1, 5)
    feed(setup.receiver(0, [1, 2]), presence('USER_OFFLINE', 2), presence('USER_OFFLINE', 1))
    setup.audit.reports.confirm()
    expect(setup.audit.reports.falseOfflines).toBe(1)
  })
})
