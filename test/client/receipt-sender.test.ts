import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createScriptedClient } from './scripted-client.ts'

const chat = { chat_id: 1 }

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('receipts', () => {
  it('go out at once, and after that the newest twice a second', () => {
    const { client, open } = createScriptedClient()
    const socket = open()
    for (let id = 1; id <= 10; id += 1) client.read(chat, id)
    expect(socket.sent).toEqual([{ type: 'READ', chat_id: 1, id: 1 }])
    vi.advanceTimersByTime(499)
    expect(socket.sent).toHaveLength(1)
    vi.advanceTimersByTime(1)
    expect(socket.sent.slice(1)).toEqual([{ type: 'READ', chat_id: 1, id: 10 }])
    vi.advanceTimersByTime(5_000)
    expect(socket.sent).toHaveLength(2)
    client.read(chat, 11)
    expect(socket.sent).toHaveLength(3)
  })

  it('never go back, and read implies delivered', () => {
    const { client, open } = createScriptedClient()
    const socket = open()
    client.read(chat, 5)
    client.read(chat, 4)
    client.delivered(chat, 5)
    vi.advanceTimersByTime(5_000)
    expect(socket.sent).toEqual([{ type: 'READ', chat_id: 1, id: 5 }])
    client.delivered(chat, 6)
    expect(socket.sent.at(-1)).toEqual({ type: 'DELIVERED', chat_id: 1, id: 6 })
  })

  it('of ever new chats are kept for the thousand that moved last', () => {
    const { client, open } = createScriptedClient()
    for (let id = 1; id <= 3_000; id += 1) client.read({ chat_id: id }, 1)
    // One of the oldest moves again, and is kept in place of another.
    client.read({ chat_id: 2_001 }, 2)
    client.read({ chat_id: 3_001 }, 1)
    const repeated = open().sent.filter(({ type }) => type === 'READ')
    expect(repeated).toHaveLength(1_000)
    expect(repeated).toContainEqual({ type: 'READ', chat_id: 2_001, id: 2 })
    expect(repeated).not.toContainEqual({ type: 'READ', chat_id: 2_002, id: 1 })
    expect(repeated).toContainEqual({ type: 'READ', chat_id: 3_001, id: 1 })
  })

  it('of both kinds are one frame at a time', () => {
    const { client, open } = createScriptedClient()
    const socket = open()
    client.delivered(chat, 1)
    client.delivered(chat, 9)
    client.read(chat, 8)
    expect(socket.sent).toEqual([{ type: 'DELIVERED', chat_id: 1, id: 1 }])
    vi.advanceTimersByTime(500)
    vi.advanceTimersByTime(500)
    expect(socket.sent.slice(1)).toEqual([
      { type: 'READ', chat_id: 1, id: 8 },
      { type: 'DELIVERED', chat_id: 1, id: 9 },
    ])
  })

  it('of several chats do not wait for each other', () => {
    const { client, open } = createScriptedClient()
    const socket = open()
    client.read(chat, 1)
    client.read({ chat_id: 2 }, 1)
    client.read({ support_chat_id: 1 }, 1)
    expect(socket.sent).toEqual([
      { type: 'READ', chat_id: 1, id: 1 },
      { type: 'READ', chat_id: 2, id: 1 },
      { type: 'READ', support_chat_id: 1, id: 1 },
    ])
  })

  it('wait while away, and only the newest goes out then', () => {
    const { client, open } = createScriptedClient()
    client.delivered(chat, 3)
    client.read(chat, 4)
    expect(open().sent).toEqual([{ type: 'READ', chat_id: 1, id: 4 }])
  })

  it('that the server was not heard to know are sent again on a new connection', () => {
    const scripted = createScriptedClient()
    const { client } = scripted
    const first = scripted.open()
    client.read({ chat_id: 1 }, 4)
    client.read({ chat_id: 2 }, 5)
    client.read({ chat_id: 3 }, 6)
    first.receive({ type: 'RECEIPT', chat_id: 1, userId: 1, delivered: 4, read: 4 })
    first.receive({ type: 'RECEIPT', chat_id: 2, userId: 2, delivered: 5, read: 5 })
    first.receive({
      type: 'CHATS',
      chats: [{ chat_id: 3, unread: 0, delivered: 6, read: 6 }],
    })
    first.drop()
    vi.advanceTimersToNextTimer()
    vi.advanceTimersToNextTimer()
    scripted.socket.greet()
    expect(scripted.socket.sent).toEqual([{ type: 'READ', chat_id: 2, id: 5 }])
  })

  it('below what another device has read are not sent', () => {
    const { client, open } = createScriptedClient()
    const socket = open()
    socket.receive({ type: 'RECEIPT', chat_id: 1, userId: 1, delivered: 9, read: 9 })
    client.read(chat, 5)
    expect(socket.sent).toEqual([])
  })

  it('are forgotten when the server has another history', () => {
    const scripted = createScriptedClient()
    const first = scripted.open()
    scripted.client.read(chat, 4)
    first.drop()
    vi.advanceTimersByTime(250)
    scripted.socket.greet({ epoch: 'another' })
    vi.advanceTimersByTime(5_000)
    expect(scripted.socket.sent).toEqual([])
    scripted.client.read(chat, 2)
    expect(scripted.socket.sent).toEqual([{ type: 'READ', chat_id: 1, id: 2 }])
  })

  it('of the own user are told at once, of others as they come', () => {
    const { client, open } = createScriptedClient()
    const receipts = vi.fn()
    client.on('receipt', receipts)
    const socket = open()
    const own = { type: 'RECEIPT', chat_id: 1, userId: 1, delivered: 4, read: 4 } as const
    client.read(chat, 4)
    client.read(chat, 4)
    const other = { ...own, userId: 2, delivered: 9 }
    socket.receive(other)
    expect(receipts.mock.calls).toEqual([[own], [other]])
  })
})
