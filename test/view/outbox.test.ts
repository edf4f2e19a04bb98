import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Conversation } from '../../src/client/conversation.ts'
import type { ServerFrame } from '../../src/protocol/server-frames.ts'
import { Outbox } from '../../src/view/outbox.ts'
import { createScriptedClient } from '../client/scripted-client.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const CHAT = { chat_id: 1 }
const NOW = '2024-01-01T12:00:00.000Z'

const payload = (offset: number) => ({
  ...{ id: offset, ...CHAT, sender_id: 1, content: 'ok', created_at: NOW, offset },
})
const message = (offset: number): ServerFrame => ({ type: 'MESSAGE', payload: payload(offset) })

/** An outbox with two equal messages on their way. */
function openOutbox() {
  const scripted = createScriptedClient()
  const conversation = new Conversation()
  conversation.attach(scripted.client)
  const outbox = new Outbox(scripted.client, conversation)
  const socket = scripted.open()
  for (let i = 0; i < 2; i += 1) void outbox.send(CHAT, { content: 'ok' })
  const [first, second] = outbox.pendingOf(CHAT).map(({ clientId }) => clientId)
  const pending = () => outbox.pendingOf(CHAT).map(({ clientId }) => clientId)
  return { ...scripted, socket, outbox, first: first!, second: second!, pending }
}

it('two equal messages are not taken for each other when the second one is stored first', () => {
  const { socket, first, second, pending } = openOutbox()
  socket.acknowledge(second, 1)
  socket.receive(message(1))
  expect(pending()).toEqual([first])
  socket.acknowledge(first, 2)
  socket.receive(message(2))
  expect(pending()).toEqual([])
})

it('the same text from another device of the user leaves both on their way', () => {
  const { socket, first, second, pending } = openOutbox()
  socket.receive(message(1))
  vi.advanceTimersByTime(1_000)
  expect(pending()).toEqual([first, second])
})

it('a message that a page holds has come, though its ACK was lost', () => {
  const { client, socket, first, second, pending } = openOutbox()
  void client.history(CHAT).catch(() => {})
  const { client_id } = socket.sent.at(-1)!
  const messages = [{ ...payload(1), client_id: second }]
  socket.receive({ type: 'HISTORY', ...CHAT, messages, has_more: false, client_id })
  expect(pending()).toEqual([first])
  client.close()
})
