import { describe, expect, it } from 'vitest'
import type { NamedMessage } from '../../src/client/pending-sends.ts'
import type { Ack, ConnectionEstablished } from '../../src/protocol/server-frames.ts'
import { ChatState } from '../../src/tui/chat-state.ts'

const NOW = '2024-01-01T12:00:00.000Z'

const greeting = (online: number[], epoch = 'e1'): ConnectionEstablished => ({
  type: 'CONNECTION_ESTABLISHED',
  userId: 1,
  timestamp: NOW,
  protocol: 1,
  sessionId: 's',
  epoch,
  offset: 0,
  limits: { maxMessageBytes: 65536 },
  online,
})
const payload = (offset: number, content: string, sender_id = 2, chat_id = 1) => ({
  id: offset,
  chat_id,
  sender_id,
  content,
  created_at: NOW,
  offset,
})
const own = (content: string): NamedMessage => ({
  type: 'NEW_MESSAGE',
  chat_id: 1,
  sender_id: 1,
  content,
  client_id: `id of ${content}`,
})
const ack = (message: NamedMessage, offset: number): Ack => ({
  type: 'ACK',
  client_id: message.client_id,
  id: offset,
  offset,
  created_at: NOW,
})

/** What the pane shows: contents and notices, and pending ones with … behind them. */
function shown(state: ChatState): string[] {
  const { entries, pending } = state.getSnapshot()
  return [
    ...entries.map((entry) => (entry.type === 'message' ? entry.content : `* ${entry.text}`)),
    ...pending.map(({ content }) => `${content}…`),
  ]
}

const create = () => new ChatState(1, { kind: 'chat', id: 1 })

describe('ChatState', () => {
  it('a greeting replaces the list of users', () => {
    const state = create()
    state.established(greeting([3, 1, 20]))
    state.setPresence(4, true)
    state.setPresence(3, false)
    expect(state.getSnapshot().online).toEqual([1, 4, 20])
    state.established(greeting([1, 9]))
    expect(state.getSnapshot().online).toEqual([1, 9])
  })

  it('chats and support chats of the same number are kept apart', () => {
    const state = create()
    const { chat_id, ...support } = payload(2, 'in support')
    state.addMessage(payload(1, 'in chat'))
    state.addSupportMessage({ ...support, support_chat_id: chat_id })
    expect(shown(state)).toEqual(['in chat'])
    state.choose({ kind: 'support', id: 1 })
    expect(shown(state)).toEqual(['in support'])
  })

  it('an own message is pending until its ACK, and its echo then adds nothing', () => {
    const state = create()
    const message = own('hi')
    state.sending(message)
    expect(shown(state)).toEqual(['hi…'])
    state.acknowledged(message, ack(message, 5))
    expect(shown(state)).toEqual(['hi'])
    state.addMessage(payload(5, 'hi', 1))
    expect(shown(state)).toEqual(['hi'])
  })

  it('an own message whose echo comes before its ACK is shown once', () => {
    const state = create()
    const message = own('hi')
    state.sending(message)
    state.addMessage(payload(5, 'hi', 1))
    expect(shown(state)).toEqual(['hi'])
    state.acknowledged(message, ack(message, 5))
    expect(shown(state)).toEqual(['hi'])
  })

  it('an ACK that overtakes earlier messages does not change their order', () => {
    const state = create()
    const message = own('mine')
    state.sending(message)
    state.acknowledged(message, ack(message, 6))
    state.addMessage(payload(5, 'theirs'))
    expect(shown(state)).toEqual(['theirs', 'mine'])
  })

  it('a message that is not sent is told, with its text', () => {
    const state = create()
    const message = own('hi')
    state.sending(message)
    state.notSent(message, 'refused')
    expect(shown(state)).toEqual(['* not sent: refused: hi'])
  })

  it('losing and regaining the connection is told once each, however many attempts it takes', () => {
    const state = create()
    const waiting = { state: 'waiting', delayMs: 100, reason: 'gone' } as const
    state.setStatus({ state: 'open' })
    state.established(greeting([1]))
    state.setStatus({ ...waiting, attempt: 1 })
    state.setStatus({ state: 'connecting', attempt: 2 })
    state.setStatus({ ...waiting, attempt: 2 })
    state.setStatus({ state: 'open' })
    state.established(greeting([1]))
    expect(shown(state)).toEqual([
      '* connection lost: gone',
      '* connected again; messages sent meanwhile are not shown',
    ])
  })

  it('messages of a new epoch follow those of the old one', () => {
    const state = create()
    state.established(greeting([1]))
    state.addMessage(payload(7, 'old'))
    state.established(greeting([1], 'e2'))
    state.addMessage(payload(1, 'new'))
    expect(shown(state)).toEqual(['old', expect.stringContaining('connected again'), 'new'])
  })

  it('the snapshot is the same object until something changes', () => {
    const state = create()
    const before = state.getSnapshot()
    expect(state.getSnapshot()).toBe(before)
    state.addMessage(payload(1, 'new'))
    expect(state.getSnapshot()).not.toBe(before)
  })
})
