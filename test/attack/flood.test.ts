import { expect, test } from 'vitest'
import { Authenticator } from '../../src/server/auth/authenticator.ts'
import { createTokenVerifier } from '../../src/server/auth/token-verifier.ts'
import { RawClient } from '../integration/raw-client.ts'
import { startServer } from '../support/start-server.ts'
import { SECRET } from '../support/tokens.ts'
import { until } from '../support/until.ts'
import { WireClient } from '../support/wire-client.ts'
import { Bystander } from './bystander.ts'
import { closeCodeIn, encodeRawFrame, OPCODE, type RawFrame } from './raw-frame.ts'

test.each([
  ['messages', { type: 'NEW_MESSAGE', chat_id: 1, sender_id: 1, content: 'flood', client_id: 'x' }],
  ['nonsense', 'x'],
  ['questions', { type: 'HISTORY', chat_id: 1, limit: 1000 }],
])('floods of %s are cut off while a bystander chats, and memory stays flat', async (_, frame) => {
  const bystander = await Bystander.start({ security: { messageRate: 200 } })
  const raws = await Promise.all(
    [1, 1, 1].map((userId) => RawClient.upgrade(bystander.server.port, `userId=${userId}`)),
  )
  const payload = typeof frame === 'string' ? frame : JSON.stringify(frame)
  const flood = Buffer.concat(Array(3_000).fill(encodeRawFrame({ opcode: OPCODE.text, payload })))
  for (const raw of raws) raw.socket.write(flood)
  await bystander.chats()
  for (const raw of raws) {
    await until(() => closeCodeIn(raw.received) !== undefined, 'the close frame')
    expect([4001, 4507]).toContain(closeCodeIn(raw.received))
    raw.close()
  }
  await bystander.isUnharmed()
  await bystander.server.close()
})

/** Frames of which no message comes, or not before many others. */
const BARE: [what: string, frames: RawFrame[]][] = [
  ['pings', [{ opcode: OPCODE.ping, payload: 'x'.repeat(125) }]],
  ['empty pings', [{ opcode: OPCODE.ping }]],
  ['pongs that nobody asked for', [{ opcode: OPCODE.pong, payload: 'x' }]],
  [
    'messages in empty fragments',
    Array.from({ length: 200 }, (_, i) => ({
      opcode: i === 0 ? OPCODE.text : OPCODE.continuation,
      isFinal: i === 199,
    })),
  ],
  [
    'messages in small fragments',
    Array.from({ length: 200 }, (_, i) => ({
      opcode: i === 0 ? OPCODE.text : OPCODE.continuation,
      isFinal: i === 199,
      payload: ' ',
    })),
  ],
]

test.each([
  ['texts that are no JSON', OPCODE.text, 'x'],
  ['JSON that is no frame', OPCODE.text, '1'],
  ['bytes', OPCODE.binary, 'x'],
])('long floods of %s count by their bytes', async (_, opcode, start) => {
  const bystander = await Bystander.start({ security: { messageRate: 100 } })
  const raw = await RawClient.upgrade(bystander.server.port, 'userId=1')
  const frame = encodeRawFrame({ opcode, payload: start.padEnd(60_000) })
  // As frames, they are a fifth of what may come at once.
  for (let i = 0; i < 100; i++) raw.socket.write(frame)
  await until(() => closeCodeIn(raw.received) !== undefined, 'the close frame')
  expect(closeCodeIn(raw.received)).toBe(4507)
  raw.close()
  await bystander.isUnharmed()
  await bystander.server.close()
})

/** At least 3,000 of some frames, as bytes. */
const many = (frames: RawFrame[]) => {
  const once = Buffer.concat(frames.map(encodeRawFrame))
  return Buffer.concat(Array(Math.ceil(3_000 / frames.length)).fill(once))
}

test.each(BARE)('floods of %s count as frames and are cut off', async (_, frames) => {
  const bystander = await Bystander.start({ security: { messageRate: 100 } })
  const raw = await RawClient.upgrade(bystander.server.port, 'userId=1')
  raw.socket.write(many(frames))
  await raw.cut
  // More pings at once than it has answered it does not even close in order.
  expect([4507, frames[0]!.opcode === OPCODE.ping ? undefined : 4507]).toContain(
    closeCodeIn(raw.received),
  )
  raw.close()
  await bystander.isUnharmed()
  await bystander.server.close()
})

test.each(BARE.slice(0, 3))('floods of %s before a token are cut off too', async (_, frames) => {
  const authenticator = new Authenticator(createTokenVerifier({ secret: SECRET }))
  const server = await startServer({ security: { authenticator, tokenTimeoutMs: 60_000 } })
  const raw = await RawClient.open(server.port)
  raw.request('userId=1')
  await until(() => raw.received.startsWith('HTTP/1.1 101'), 'the upgrade')
  raw.socket.write(many(frames))
  await raw.cut
  raw.close()
  await server.close()
})

test('pings and pongs within the rate are answered, and cost nobody the connection', async () => {
  const server = await startServer({ security: { messageRate: 100 }, heartbeatMs: 200 })
  const client = await WireClient.connect(server.url, 1)
  let pongs = 0
  client.socket.on('pong', () => void pongs++)
  for (let i = 0; i < 50; i++) client.socket.ping()
  await until(() => pongs === 50, 'the pongs')
  client.send({ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 1, content: 'x', client_id: 'x' })
  await client.next('ACK')
  await server.close()
})

test('a socket that is refused counts until it is gone', async () => {
  const server = await startServer({ security: { maxConnections: 2 } })
  // It never answers the close frame.
  const refused = await RawClient.open(server.port)
  refused.request('userId=0')
  await until(() => refused.received.includes('Invalid user ID'), 'the close frame')
  await WireClient.connect(server.url, 1)
  const third = await RawClient.open(server.port)
  third.request('userId=2')
  await third.cut
  expect(third.received).toMatch(/^HTTP\/1\.1 503 /)
  await refused.cut
  await WireClient.connect(server.url, 2)
  for (const raw of [refused, third]) raw.close()
  await server.close()
})

test('a flood of connections past the limit is turned away with 503, and those inside chat on', async () => {
  const inside = 20
  const bystander = await Bystander.start({ security: { maxConnections: inside + 1 } })
  const { url, port } = bystander.server
  const clients = await Promise.all(
    Array.from({ length: inside }, (_, i) => WireClient.connect(url, i + 1)),
  )
  for (let wave = 1; wave <= 5; wave++) {
    const raws = await Promise.all(Array.from({ length: 100 }, () => RawClient.open(port)))
    for (const raw of raws) raw.request('userId=500')
    await bystander.chats()
    await Promise.all(raws.map((raw) => raw.cut))
    for (const raw of raws) {
      expect(raw.received).toMatch(/^HTTP\/1\.1 503 .*\r\nRetry-After: 5\r\n/s)
      raw.close()
    }
    for (const client of clients) await client.next('MESSAGE', wave)
  }
  await clients[0]!.close()
  await clients[1]!.next('USER_OFFLINE')
  const next = await WireClient.connect(url, 500)
  for (const client of [...clients, next]) client.socket.close()
  await bystander.isUnharmed()
  await bystander.server.close()
})
