import { expect, test } from 'vitest'
import { RawClient } from '../integration/raw-client.ts'
import { until } from '../support/until.ts'
import { WireClient } from '../support/wire-client.ts'
import { Bystander } from './bystander.ts'
import { closeCodeIn, encodeRawFrame, OPCODE } from './raw-frame.ts'

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
