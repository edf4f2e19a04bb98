import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RawClient } from '../integration/raw-client.ts'
import { until } from '../support/until.ts'
import { WireClient } from '../support/wire-client.ts'
import { Bystander } from './bystander.ts'
import { encodeRawFrame, OPCODE, type RawFrame } from './raw-frame.ts'

/** CHATWS_ATTACK_RUNS makes it go on for longer than CI would wait. */
const numRuns = Number(process.env.CHATWS_ATTACK_RUNS ?? 30)
const timeoutMs = 30_000 + numRuns * 100

/** Kept of each run at most: 2 to 4 KiB were measured. */
const keptBytes = numRuns * 4 * 1024

let bystander: Bystander
beforeAll(async () => {
  bystander = await Bystander.start()
})
afterAll(() => bystander.server.close())

/** Writes packets to a connection that was just upgraded, hangs up, and waits for the end. */
async function attack(packets: readonly Uint8Array[]): Promise<void> {
  const raw = await RawClient.upgrade(bystander.server.port, 'userId=1')
  for (const packet of packets) raw.socket.write(packet)
  raw.socket.end()
  await raw.cut
  raw.close()
}

const frame: fc.Arbitrary<RawFrame> = fc.record(
  {
    opcode: fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(...Object.values(OPCODE)) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 15 }) },
    ),
    payload: fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.string({ unit: 'binary', maxLength: 100 }),
      fc.json(),
      fc.integer({ min: 60_000, max: 70_000 }).map((length) => Buffer.alloc(length, 'x')),
    ),
    isFinal: fc.boolean(),
    reserved: fc.oneof(
      { weight: 9, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 7 }) },
    ),
    isMasked: fc.oneof(
      { weight: 9, arbitrary: fc.constant(true) },
      { weight: 1, arbitrary: fc.boolean() },
    ),
    declared: fc.oneof(
      fc.bigInt({ min: 0n, max: 200n }),
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    ),
  },
  { requiredKeys: ['opcode', 'payload'] },
)

/** Lengths that are true leave the parser in step, so that what follows is read as frames. */
const honest = frame.map(({ declared: _, ...rest }) => rest)

test(
  'no bytes after the upgrade harm the server',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 }), attack),
      { numRuns },
    )
    await bystander.isUnharmed(keptBytes)
  },
  timeoutMs,
)

test(
  'no frames and fragments harm the server, wherever they are cut into packets',
  async () => {
    const frames = fc.array(fc.oneof({ weight: 4, arbitrary: honest }, frame), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(frames, fc.array(fc.nat(), { maxLength: 6 }), async (sent, cuts) => {
        const bytes = Buffer.concat(sent.map(encodeRawFrame))
        const places = cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b)
        const edges = [0, ...places, bytes.length]
        await attack(edges.slice(1).map((end, i) => bytes.subarray(edges[i], end)))
      }),
      { numRuns },
    )
    await bystander.isUnharmed(keptBytes)
  },
  timeoutMs,
)

test(
  'no request line and headers harm the server',
  async () => {
    const line = fc.oneof(
      fc.string({ unit: 'binary-ascii', maxLength: 60 }),
      fc.constantFrom('GET / HTTP/1.1', 'Upgrade: websocket', 'Connection: Upgrade', 'Host: a', ''),
      fc.constantFrom('Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=='),
      fc.constantFrom('Content-Length: 5', 'Transfer-Encoding: chunked', 'Content-Length: -1'),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 10 }), async (lines) => {
        const raw = await RawClient.open(bystander.server.port)
        raw.socket.write(`${['GET /?userId=1 HTTP/1.1', ...lines].join('\r\n')}\r\n\r\n`)
        raw.socket.end()
        await raw.cut
        raw.close()
      }),
      { numRuns },
    )
    await bystander.isUnharmed(keptBytes)
  },
  timeoutMs,
)

const anyId = fc.oneof(fc.integer({ min: 1, max: 3 }), fc.constant(Number.MAX_SAFE_INTEGER))
const mostly = <Value>(arbitrary: fc.Arbitrary<Value>) =>
  fc.oneof(
    { weight: 6, arbitrary: arbitrary as fc.Arbitrary<unknown> },
    { weight: 1, arbitrary: fc.jsonValue() as fc.Arbitrary<unknown> },
  )
const text = fc.string({ unit: 'binary', maxLength: 80 })

/** Frames of every type, with fields that are right, wrong, missing and too many. */
const clientFrame = fc.record(
  {
    type: fc.constantFrom(
      ...['NEW_MESSAGE', 'NEW_SUPPORT_MESSAGE', 'EDIT', 'DELETE', 'REACT', 'DELIVERED', 'READ'],
      ...['TYPING', 'ACTIVITY', 'PRESENCE', 'SUBSCRIBE', 'HISTORY', 'CHATS', 'SEARCH'],
      ...['SUPPORT_UPDATE', 'SUPPORT_QUEUE', 'PING', 'AUTH', 'MESSAGE', '__proto__'],
    ),
    chat_id: mostly(anyId),
    support_chat_id: mostly(anyId),
    message_id: mostly(anyId),
    support_message_id: mostly(anyId),
    sender_id: mostly(fc.constantFrom(1, 2)),
    content: mostly(text),
    client_id: mostly(text),
    emoji: mostly(text),
    text: mostly(text),
    before: mostly(anyId),
    limit: mostly(fc.integer({ min: -1, max: 2_000 })),
    id: mostly(anyId),
    typing: mostly(fc.boolean()),
    remove: mostly(fc.boolean()),
    state: mostly(fc.constantFrom('active', 'idle')),
    chats: mostly(fc.array(anyId, { maxLength: 5 })),
    t: mostly(fc.integer()),
    __proto__: fc.jsonValue(),
  },
  { requiredKeys: ['type'], noNullPrototype: true },
)

test(
  'no JSON harms the server, and all that it answers is of the protocol',
  async () => {
    const sender = await WireClient.connect(bystander.server.url, 1)
    let round = 0
    let errors = 0
    const values = fc.array(fc.oneof(clientFrame, fc.jsonValue()), { maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(values, async (sent) => {
        for (const value of sent) sender.send(JSON.stringify(value) ?? 'null')
        round += 1
        const last = `the end of round ${round}`
        const message = { type: 'NEW_MESSAGE', chat_id: 1, sender_id: 1, content: 'end' }
        sender.send({ ...message, client_id: last })
        await until(() => sender.all('ACK').some(({ client_id }) => client_id === last), last)
        errors += sender.all('ERROR').length
        expect(sender.all('ERROR').filter(({ code }) => code === 'INTERNAL')).toEqual([])
        // What it hears would look like memory that the server holds.
        sender.frames.length = 0
      }),
      { numRuns },
    )
    expect(errors).toBeGreaterThan(0)
    await sender.close()
    await bystander.isUnharmed(keptBytes)
  },
  timeoutMs,
)
