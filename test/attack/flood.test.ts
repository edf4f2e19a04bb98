import { expect, test } from 'vitest'
import { RawClient } from '../integration/raw-client.ts'
import { until } from '../support/until.ts'
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
