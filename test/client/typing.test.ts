import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { TYPING_EXPIRES_MS } from '../../src/protocol/limits.ts'
import type { UserTyping } from '../../src/protocol/server-frames.ts'
import { createScriptedClient } from './scripted-client.ts'

const chat = { chat_id: 1 }
const typing = (isTyping: boolean) => ({ type: 'TYPING', chat_id: 1, typing: isTyping })

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('typing', () => {
  it('is said once, and again before it expires, however many keys are struck', () => {
    const { client, open } = createScriptedClient()
    const socket = open()
    const ends = performance.now() + 2 * TYPING_EXPIRES_MS
    while (performance.now() < ends) {
      client.typing(chat, true)
      vi.advanceTimersByTime(100)
    }
    expect(socket.sent).toEqual(Array(4).fill(typing(true)))
  })

  it('ends once, and only where it was said', () => {
    const { client, open } = createScriptedClient()
    const socket = open()
    client.typing(chat, false)
    client.typing(chat, true)
    client.typing({ support_chat_id: 1 }, false)
    client.typing(chat, false)
    client.typing(chat, false)
    expect(socket.sent).toEqual([typing(true), typing(false)])
    client.typing(chat, true)
    vi.advanceTimersByTime(TYPING_EXPIRES_MS)
    client.typing(chat, false)
    expect(socket.sent.slice(2)).toEqual([typing(true)])
  })

  it('ends before the message that was typed', () => {
    const { client, open } = createScriptedClient()
    const socket = open()
    client.typing(chat, true)
    void client.send({ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 1, content: 'x' })
    client.typing(chat, true)
    expect(socket.sent).toMatchObject([
      typing(true),
      typing(false),
      { type: 'NEW_MESSAGE' },
      typing(true),
    ])
  })

  it('is not said while away, and anew on a new connection', () => {
    const scripted = createScriptedClient()
    const { client } = scripted
    client.typing(chat, true)
    const first = scripted.open()
    expect(first.sent).toEqual([])
    client.typing(chat, true)
    first.drop()
    client.typing(chat, true)
    vi.advanceTimersToNextTimer()
    scripted.socket.greet()
    expect(scripted.socket.sent).toEqual([])
    client.typing(chat, true)
    expect(scripted.socket.sent).toEqual([typing(true)])
  })
})

describe('the typing of others', () => {
  const frame = (isTyping: boolean, userId = 2): UserTyping => ({
    type: 'TYPING',
    ...chat,
    userId,
    typing: isTyping,
  })

  function follow() {
    const { client, open } = createScriptedClient()
    const told: string[] = []
    client.on('typing', ({ userId, typing }) => told.push(`${userId} ${typing}`))
    return { client, socket: open(), told }
  }

  it('is told when it begins and when it ends', () => {
    const { socket, told } = follow()
    socket.receive(frame(false))
    socket.receive(frame(true))
    socket.receive(frame(true))
    socket.receive(frame(true, 3))
    socket.receive(frame(false))
    expect(told).toEqual(['2 true', '3 true', '2 false'])
  })

  it('ends by itself when nothing more is heard of it', () => {
    const { socket, told } = follow()
    socket.receive(frame(true))
    vi.advanceTimersByTime(TYPING_EXPIRES_MS - 1)
    socket.receive(frame(true))
    vi.advanceTimersByTime(TYPING_EXPIRES_MS - 1)
    expect(told).toEqual(['2 true'])
    vi.advanceTimersByTime(1)
    expect(told).toEqual(['2 true', '2 false'])
    vi.advanceTimersByTime(10 * TYPING_EXPIRES_MS)
    expect(told).toHaveLength(2)
  })

  it('ends before the message that was typed is told', () => {
    const { client, socket, told } = follow()
    client.on('message', ({ sender_id }) => told.push(`${sender_id} said`))
    const said = { content: 'x', created_at: '2024-01-01T12:00:00.000Z' }
    socket.receive(frame(true))
    for (const sender_id of [2, 3])
      socket.receive({
        type: 'MESSAGE',
        payload: { id: sender_id, ...chat, sender_id, ...said, offset: sender_id },
      })
    socket.receive(frame(true))
    expect(told).toEqual(['2 true', '2 false', '2 said', '3 said', '2 true'])
  })

  it('leaves no timer when the client closes', () => {
    const { client, socket } = follow()
    socket.receive(frame(true))
    client.close()
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('activity', () => {
  it('is sent when it changes, and again on a new connection when the user is idle', () => {
    const scripted = createScriptedClient()
    const { client } = scripted
    const first = scripted.open()
    client.setActivity('active')
    client.setActivity('idle')
    client.setActivity('idle')
    expect(first.sent).toEqual([{ type: 'ACTIVITY', state: 'idle' }])
    first.drop()
    vi.advanceTimersToNextTimer()
    scripted.socket.greet()
    expect(scripted.socket.sent).toEqual([{ type: 'ACTIVITY', state: 'idle' }])
    client.setActivity('active')
    scripted.socket.drop()
    vi.advanceTimersToNextTimer()
    scripted.socket.greet()
    expect(scripted.socket.sent).toEqual([])
  })
})
