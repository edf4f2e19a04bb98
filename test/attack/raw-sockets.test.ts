import { setImmediate as turn } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Authenticator } from '../../src/server/auth/authenticator.ts'
import { createTokenVerifier } from '../../src/server/auth/token-verifier.ts'
import { RawClient } from '../integration/raw-client.ts'
import { startServer } from '../support/start-server.ts'
import { SECRET } from '../support/tokens.ts'
import { until } from '../support/until.ts'
import { WireClient } from '../support/wire-client.ts'
import { Bystander } from './bystander.ts'
import { closeCodeIn, encodeRawFrame, OPCODE, type RawFrame } from './raw-frame.ts'

let bystander: Bystander
beforeAll(async () => {
  bystander = await Bystander.start({ headersTimeoutMs: 300 })
})
afterAll(async () => {
  await bystander.isUnharmed()
  await bystander.server.close()
})

const connect = () => RawClient.upgrade(bystander.server.port, 'userId=1')
const { text, binary, continuation, ping, close } = OPCODE
const closing = (code: number, reason: number[] = []) => ({
  opcode: close,
  payload: Buffer.from([code >> 8, code & 0xff, ...reason]),
})
const pieces = (count: number): RawFrame[] =>
  Array.from({ length: count }, (_, i) => ({
    opcode: i === 0 ? text : continuation,
    isFinal: i === count - 1,
    payload: ' ',
  }))

describe('a connection is closed', () => {
  it.each<[string, number, RawFrame[]]>([
    ['a frame without a mask', 1002, [{ opcode: text, payload: '{}', isMasked: false }]],
    ...[1, 2, 4, 7].map((reserved): [string, number, RawFrame[]] => [
      `reserved bits ${reserved}`,
      1002,
      [{ opcode: text, payload: '{}', reserved }],
    ]),
    ...[3, 7, 11, 15].map((opcode): [string, number, RawFrame[]] => [
      `the reserved opcode ${opcode}`,
      1002,
      [{ opcode }],
    ]),
    ['a ping that is too long', 1002, [{ opcode: ping, payload: 'x'.repeat(126) }]],
    ['a ping in fragments', 1002, [{ opcode: ping, isFinal: false }]],
    ['a continuation of nothing', 1002, [{ opcode: continuation, payload: '{}' }]],
    [
      'a frame that begins within another',
      1002,
      [
        { opcode: text, payload: '{', isFinal: false },
        { opcode: text, payload: '}' },
      ],
    ],
    ['a length of 64 KiB and one', 1009, [{ opcode: text, declared: 65_537n }]],
    ['a length of 2^53', 1009, [{ opcode: binary, declared: 2n ** 53n }]],
    ['a length with the highest bit', 1009, [{ opcode: text, declared: 2n ** 63n }]],
    [
      'fragments that are too long together',
      1009,
      Array.from({ length: 5 }, (_, i) => ({
        opcode: i === 0 ? text : continuation,
        isFinal: false,
        payload: 'x'.repeat(16_000),
      })),
    ],
    ['257 fragments', 1008, pieces(257)],
    ['a byte that UTF-8 does not have', 1007, [{ opcode: text, payload: Buffer.from([0xff]) }]],
    ['an overlong NUL', 1007, [{ opcode: text, payload: Buffer.from([0xc0, 0x80]) }]],
    ['a surrogate', 1007, [{ opcode: text, payload: Buffer.from([0xed, 0xa0, 0x80]) }]],
    ['a character cut short', 1007, [{ opcode: text, payload: Buffer.from([0xe2, 0x82]) }]],
    ['a close of one byte', 1002, [{ opcode: close, payload: Buffer.from([3]) }]],
    ...[0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000].map(
      (code): [string, number, RawFrame[]] => [`the close code ${code}`, 1002, [closing(code)]],
    ),
    ['a close reason that is not UTF-8', 1007, [closing(1000, [0xff])]],
  ])('for %s, with %d', async (_, code, frames) => {
    const raw = await connect()
    raw.socket.write(Buffer.concat(frames.map(encodeRawFrame)))
    await until(() => closeCodeIn(raw.received) !== undefined, 'the close frame')
    expect(closeCodeIn(raw.received)).toBe(code)
    raw.close()
  })
})

describe('a connection stays open', () => {
  it.each<[string, RawFrame[]]>([
    ['256 fragments', pieces(256)],
    [
      'a character that is cut between fragments',
      [
        { opcode: text, isFinal: false, payload: Buffer.from([0x22, 0xe2, 0x82]) },
        { opcode: ping },
        { opcode: continuation, payload: Buffer.from([0xac, 0x22]) },
      ],
    ],
    [
      'pongs that nobody asked for',
      [{ opcode: OPCODE.pong }, { opcode: OPCODE.pong, payload: 'x' }],
    ],
    ['an empty text', [{ opcode: text }]],
  ])('for %s', async (_, frames) => {
    const raw = await connect()
    raw.socket.write(
      Buffer.concat([...frames, { opcode: ping, payload: 'still?' }].map(encodeRawFrame)),
    )
    await until(() => raw.received.includes('\x8a\x06still?'), 'the pong')
    expect(closeCodeIn(raw.received)).toBeUndefined()
    raw.close()
  })

  it('for a frame that drips into the server, packet by packet', async () => {
    const raw = await connect()
    raw.socket.setNoDelay(true)
    const message = { type: 'NEW_MESSAGE', chat_id: 1, sender_id: 1, client_id: 'drips' }
    const payload = JSON.stringify({ ...message, content: 'x'.repeat(60_000) })
    for (const byte of encodeRawFrame({ opcode: text, payload })) {
      raw.socket.write(Buffer.from([byte]))
      await turn()
    }
    await until(() => raw.received.includes('"client_id":"drips"'), 'the ACK')
    expect(closeCodeIn(raw.received)).toBeUndefined()
    raw.close()
  })
})

it('a flood of pings is answered without harm to others, read or not', async () => {
  const raws = await Promise.all([connect(), connect()])
  raws[1]!.socket.pause()
  const pings = Buffer.concat(
    Array(20_000).fill(encodeRawFrame({ opcode: ping, payload: 'x'.repeat(100) })),
  )
  for (const raw of raws) for (let i = 0; i < 5; i++) raw.socket.write(pings)
  await bystander.chats()
  for (const raw of raws) raw.close()
})

it.each([
  ['another version', 'Sec-WebSocket-Version: 12', 400],
  ['no key', 'Sec-WebSocket-Version: 13', 400],
  ['a bad key', 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x', 400],
  ['a header of 20 KiB', `X: ${'x'.repeat(20_000)}`, 431],
])('an upgrade with %s is refused', async (_, header, status) => {
  const raw = await RawClient.open(bystander.server.port)
  raw.socket.write(
    `GET /?userId=1 HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${header}\r\n\r\n`,
  )
  await raw.cut
  expect(raw.received).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  raw.close()
})

it('connections that never finish their request are cut off, and keep nobody out', async () => {
  const raws = await Promise.all(
    Array.from({ length: 100 }, () => RawClient.open(bystander.server.port)),
  )
  let isOver = false
  const cut = Promise.all(raws.map((raw) => raw.cut)).then(() => {
    isOver = true
  })
  for (const raw of raws.slice(0, 50)) raw.socket.write('GET /?userId=1 HTTP/1.1\r\nX: ')
  await until(() => {
    for (const raw of raws.slice(0, 50)) if (raw.socket.writable) raw.socket.write('x')
    return isOver
  }, 'all to be cut off')
  await cut
  await bystander.chats()
  for (const raw of raws) raw.close()
})

it('connections that send no token are closed with 4501, whatever else they send', async () => {
  const authenticator = new Authenticator(createTokenVerifier({ secret: SECRET }))
  const closed = await startServer({
    security: { authenticator, tokenTimeoutMs: 100 },
  })
  const silent = Array.from({ length: 50 }, () => new WireClient(`${closed.url}?userId=1`))
  const raw = await RawClient.open(closed.port)
  raw.request('userId=1')
  await until(() => raw.received.includes('101 Switching'), 'the upgrade')
  raw.socket.write(encodeRawFrame({ opcode: ping }))
  raw.socket.write(encodeRawFrame({ opcode: text, payload: '{"type":', isFinal: false }))
  for (const client of silent) expect((await client.closed).code).toBe(4501)
  await until(() => closeCodeIn(raw.received) !== undefined, 'the close frame')
  expect(closeCodeIn(raw.received)).toBe(4501)
  raw.close()
  await closed.close()
})
