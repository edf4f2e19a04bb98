import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ServerFrame } from '../../src/protocol/server-frames.ts'
import { createScriptedClient } from './scripted-client.ts'

const at = '2024-01-01T12:00:00.000Z'
const said = { id: 1, sender_id: 2, content: 'hi', created_at: at }
const inChat = (chat_id: number, offset: number): ServerFrame => ({
  type: 'MESSAGE',
  payload: { ...said, chat_id, offset },
})
const inSupport = (support_chat_id: number, offset: number): ServerFrame => ({
  type: 'SUPPORT_MESSAGE',
  payload: { ...said, support_chat_id, offset },
})

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A scripted client, and the offsets and names of what it tells. */
function follow() {
  const scripted = createScriptedClient()
  const told: string[] = []
  const { client } = scripted
  for (const name of ['message', 'supportMessage', 'edited', 'deleted', 'reaction'] as const)
    client.on(name, ({ offset }: { offset: number }) => told.push(`${name} ${offset}`))
  client.on('supportChat', ({ offset }) => told.push(`supportChat ${offset}`))
  client.on('typing', ({ userId }) => told.push(`typing ${userId}`))
  client.on('receipt', ({ userId }) => told.push(`receipt ${userId}`))
  return { ...scripted, scripted, told }
}

describe('a narrowed client', () => {
  it('is not told of other chats, but moves on in the log', () => {
    const { client, open, told } = follow()
    const socket = open()
    void client.subscribe({ chats: [1], support_chats: [5] })
    socket.receive(inChat(1, 1))
    socket.receive(inChat(2, 2))
    socket.receive(inSupport(5, 3))
    socket.receive(inSupport(1, 4))
    expect(told).toEqual(['message 1', 'supportMessage 3'])
    expect(client.position?.offset).toBe(4)
  })

  it('is not told what else happens in other chats', () => {
    const { client, open, told } = follow()
    const socket = open()
    void client.subscribe({ chats: [1] })
    const payload = { chat_id: 2, id: 1, sender_id: 2, offset: 0 }
    const frames: ServerFrame[] = [
      { type: 'MESSAGE_EDITED', payload: { ...payload, content: '', edited_at: at, offset: 1 } },
      { type: 'MESSAGE_DELETED', payload: { ...payload, deleted_at: at, offset: 2 } },
      {
        type: 'REACTION',
        message_id: 1,
        chat_id: 2,
        userId: 2,
        emoji: '👍',
        removed: false,
        offset: 3,
      },
      {
        type: 'SUPPORT_CHAT',
        payload: {
          support_chat_id: 1,
          status: 'open',
          assignee: null,
          changed_by: 2,
          changed_at: at,
          offset: 4,
        },
      },
      { type: 'TYPING', chat_id: 2, userId: 2, typing: true },
      { type: 'RECEIPT', chat_id: 2, userId: 2, delivered: 1, read: 1 },
    ]
    for (const frame of frames) socket.receive(frame)
    expect(told).toEqual([])
    expect(client.position?.offset).toBe(4)
  })

  it('moves on with OFFSET frames, never back, and resumes from there', () => {
    const { client, open, sockets } = follow()
    const socket = open()
    void client.subscribe({ chats: [1] })
    socket.receive({ type: 'OFFSET', offset: 9 })
    socket.receive({ type: 'OFFSET', offset: 7 })
    expect(client.position).toEqual({ epoch: 'e', offset: 9 })
    socket.drop()
    vi.advanceTimersToNextTimer()
    expect(sockets.at(-1)!.url).toContain('since=9&epoch=e')
  })

  it('is told of all chats again after subscribing to no list', () => {
    const { client, open, told, scripted } = follow()
    const socket = open()
    void client.subscribe({ chats: [1] })
    void client.subscribe({})
    socket.receive(inChat(2, 1))
    expect(told).toEqual(['message 1'])
    for (const client_id of socket.sentIds)
      socket.receive({ type: 'SUBSCRIBED', offset: 0, client_id: client_id! })
    socket.drop()
    vi.advanceTimersToNextTimer()
    scripted.socket.greet()
    expect(scripted.socket.sent).toEqual([])
  })

  it('narrows every later connection before anything else is sent', () => {
    const { client, open, scripted } = follow()
    const first = open()
    void client.subscribe({ chats: [1] })
    first.receive({ type: 'SUBSCRIBED', chats: [1], offset: 0, client_id: first.sentIds[0]! })
    first.drop()
    void client.history({ chat_id: 1 })
    void client.send({ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 1, content: 'x' })
    client.setActivity('idle')
    client.read({ chat_id: 1 }, 3)
    vi.advanceTimersToNextTimer()
    scripted.socket.greet()
    expect(scripted.socket.sent.map(({ type }) => type)).toEqual([
      'SUBSCRIBE',
      'NEW_MESSAGE',
      'HISTORY',
      'ACTIVITY',
      'READ',
    ])
    expect(scripted.socket.sent[0]).toMatchObject({ chats: [1] })
  })

  it('ends a new connection with the newest wish, where several have no answer', async () => {
    const { client, open, scripted } = follow()
    const first = open()
    const wishes = [client.subscribe({ chats: [1] }), client.subscribe({ chats: [2] })]
    first.drop()
    vi.advanceTimersToNextTimer()
    scripted.socket.greet()
    expect(scripted.socket.sent).toMatchObject([{ chats: [1] }, { chats: [2] }])
    for (const client_id of scripted.socket.sentIds)
      scripted.socket.receive({ type: 'SUBSCRIBED', offset: 0, client_id: client_id! })
    expect(await Promise.all(wishes)).toHaveLength(2)
  })

  it('stays as it was when the server refuses', async () => {
    const { client, open, told } = follow()
    const narrowed = vi.fn()
    client.on('narrowed', narrowed)
    const socket = open()
    void client.subscribe({ chats: [1] })
    const refused = client.subscribe({ chats: [2] })
    const ref = socket.sentIds[1]!
    socket.receive({ type: 'ERROR', code: 'INVALID_FRAME', message: 'no', ref })
    await expect(refused).rejects.toMatchObject({ code: 'INVALID_FRAME' })
    socket.receive(inChat(1, 1))
    socket.receive(inChat(2, 2))
    expect(told).toEqual(['message 1'])
    expect(narrowed.mock.calls).toEqual([[{ chats: [1] }], [{ chats: [2] }], [{ chats: [1] }]])
  })
})
