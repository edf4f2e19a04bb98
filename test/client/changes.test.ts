import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ChatClient } from '../../src/client/chat-client.ts'
import type { Ack } from '../../src/protocol/server-frames.ts'
import { createScriptedClient } from './scripted-client.ts'

const NAME = expect.stringMatching(/^[0-9a-f]{24}$/)
const message = { message_id: 7 }

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const CHANGES: [string, (client: ChatClient, signal?: AbortSignal) => Promise<Ack>, object][] = [
  [
    'edit',
    (client, signal) => client.edit(message, 'new', signal && { signal }),
    { type: 'EDIT', message_id: 7, content: 'new', client_id: NAME },
  ],
  [
    'edit of a support message',
    (client) => client.edit({ support_message_id: 8 }, 'new'),
    { type: 'EDIT', support_message_id: 8, content: 'new', client_id: NAME },
  ],
  [
    'delete',
    (client, signal) => client.delete(message, signal && { signal }),
    { type: 'DELETE', message_id: 7, client_id: NAME },
  ],
  [
    'react',
    (client, signal) => client.react(message, '👍', signal && { signal }),
    { type: 'REACT', message_id: 7, emoji: '👍', client_id: NAME },
  ],
  [
    'react with remove',
    (client) => client.react(message, '👍', { remove: true }),
    { type: 'REACT', message_id: 7, emoji: '👍', remove: true, client_id: NAME },
  ],
  [
    'updateSupportChat',
    (client, signal) =>
      client.updateSupportChat(
        { support_chat_id: 3, status: 'closed', assignee: null },
        signal && { signal },
      ),
    {
      type: 'SUPPORT_UPDATE',
      support_chat_id: 3,
      status: 'closed',
      assignee: null,
      client_id: NAME,
    },
  ],
]

describe.each(CHANGES)('%s', (_name, change, frame) => {
  it('goes out at once under a name of its own, and resolves with its ACK', async () => {
    const { client, open } = createScriptedClient()
    const socket = open()
    const changed = change(client)
    expect(socket.sent).toEqual([frame])
    expect(client.pendingSends).toBe(1)
    socket.acknowledge(socket.sentIds[0]!, 9)
    expect(await changed).toMatchObject({ type: 'ACK', offset: 9 })
    expect(client.pendingSends).toBe(0)
  })

  it('waits while away, and is sent again under the same name until it is answered', async () => {
    const scripted = createScriptedClient()
    const changed = change(scripted.client)
    const first = scripted.open()
    expect(first.sent).toEqual([frame])
    first.drop()
    vi.advanceTimersToNextTimer()
    scripted.socket.greet()
    expect(scripted.socket.sent).toEqual(first.sent)
    scripted.socket.acknowledge(first.sentIds[0]!)
    await changed
    scripted.socket.drop()
    vi.advanceTimersToNextTimer()
    scripted.socket.greet()
    expect(scripted.socket.sent).toEqual([])
  })
})

describe('a change', () => {
  it.each(CHANGES.filter(([, change]) => change.length > 1))(
    'by %s can be aborted',
    async (_name, change) => {
      const { client, open } = createScriptedClient()
      const controller = new AbortController()
      const changed = change(client, controller.signal)
      controller.abort(new Error('too late'))
      await expect(changed).rejects.toThrow('too late')
      expect(open().sent).toEqual([])
    },
  )

  it('is sent in one order with the messages', () => {
    const { client, open } = createScriptedClient()
    void client.edit(message, 'a')
    void client.send({ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 1, content: 'b', reply_to: 7 })
    void client.delete(message)
    expect(open().sent).toMatchObject([
      { type: 'EDIT' },
      { type: 'NEW_MESSAGE', reply_to: 7 },
      { type: 'DELETE' },
    ])
  })

  it('names its message only, whatever else is given with it', () => {
    const { client, open } = createScriptedClient()
    const socket = open()
    void client.delete({ message_id: 7, chat_id: 1, content: 'x' } as { message_id: number })
    expect(socket.sent).toEqual([{ type: 'DELETE', message_id: 7, client_id: NAME }])
  })

  it('that the server refuses rejects with the code', async () => {
    const { client, open } = createScriptedClient()
    const socket = open()
    const changed = client.delete(message)
    const ref = socket.sentIds[0]!
    socket.receive({ type: 'ERROR', code: 'FORBIDDEN', message: 'not yours', ref })
    await expect(changed).rejects.toMatchObject({ name: 'ChatwsError', code: 'FORBIDDEN' })
  })

  it('is too large where its frame would be', async () => {
    const { client, open } = createScriptedClient()
    open()
    const changed = client.edit(message, 'x'.repeat(65_536))
    await expect(changed).rejects.toMatchObject({ code: 'TOO_LARGE' })
    expect(client.pendingSends).toBe(0)
  })

  it('of a message is given up when the server has another history; others are not', async () => {
    const scripted = createScriptedClient()
    scripted.open().drop()
    const { client } = scripted
    const gone = [client.edit(message, 'a'), client.delete(message), client.react(message, '👍')]
    const outcomes = Promise.allSettled(gone)
    void client.send({ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 1, content: 'b' })
    void client.updateSupportChat({ support_chat_id: 3, status: 'open' })
    vi.advanceTimersToNextTimer()
    scripted.socket.greet({ epoch: 'another' })
    expect(scripted.socket.sent).toMatchObject([
      { type: 'NEW_MESSAGE' },
      { type: 'SUPPORT_UPDATE' },
    ])
    const reason = expect.objectContaining({ code: 'NOT_FOUND' })
    expect(await outcomes).toEqual(Array(3).fill({ status: 'rejected', reason }))
  })
})
