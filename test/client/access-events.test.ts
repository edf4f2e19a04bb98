import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ChatClientEvents, DurableFrame } from '../../src/client/client-events.ts'
import { createScriptedClient } from './scripted-client.ts'
import { messagePayload } from './told-events.ts'

const at = '2024-01-01T12:00:00.000Z'
const by = { by: 1, at }
const chat = {
  chat_id: 3,
  visibility: 'private',
  history: 'all',
  created_by: 1,
  members: 1,
} as const
const report = {
  ...{ id: 1, chat_id: 3, message_id: 7, sender_id: 2, reporter: 4 },
  ...{ reason: 'x', content: 'y', created_at: at },
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

type Event = Extract<DurableFrame, { offset: number }>

const PUBLIC: [keyof ChatClientEvents, Event][] = [
  ['chatChanged', { type: 'CHAT_CHANGED', chat, ...by, offset: 5 }],
  [
    'membersChanged',
    {
      type: 'MEMBERS_CHANGED',
      chat_id: 3,
      act: 'leave',
      removed: [2],
      members: 1,
      ...by,
      offset: 5,
    },
  ],
  ['userChanged', { type: 'USER_CHANGED', user: 2, name: 'Anna', offset: 5 }],
  ['pinned', { type: 'MESSAGE_PINNED', chat_id: 3, message_id: 7, pinned: true, ...by, offset: 5 }],
]
const OWN: typeof PUBLIC = [
  ['blocksChanged', { type: 'BLOCKS_CHANGED', user: 2, blocked: true, offset: 5 }],
  ['chatSettings', { type: 'CHAT_SETTINGS', chat_id: 3, notify: 'none', offset: 5 }],
  [
    'threadFollowed',
    { type: 'THREAD_FOLLOWED', chat_id: 3, message_id: 7, followed: true, offset: 5 },
  ],
  ['reported', { type: 'REPORTED', report, offset: 5 }],
  ['reportResolved', { type: 'REPORT_RESOLVED', report_id: 1, resolution: 'x', ...by, offset: 5 }],
]

const movedTo = (frame: Event, offset: number) => ({ ...frame, offset }) as Event

function listen(name: keyof ChatClientEvents) {
  const scripted = createScriptedClient()
  const told = vi.fn()
  scripted.client.on(name, told)
  return { ...scripted, told, scripted }
}

describe.each([...PUBLIC, ...OWN])('%s', (name, frame) => {
  it('is told once, also where it comes again after a reconnect', () => {
    const { scripted, told } = listen(name)
    scripted.open().receive(frame)
    scripted.socket.drop()
    vi.advanceTimersToNextTimer()
    scripted.socket.greet({ offset: 4 })
    scripted.socket.receive(frame)
    expect(told.mock.calls).toEqual([[frame]])
    scripted.socket.receive(movedTo(frame, 6))
    expect(told).toHaveBeenCalledTimes(2)
  })

  it('is told again in another history', () => {
    const { scripted, told } = listen(name)
    scripted.open().receive(frame)
    scripted.socket.drop()
    vi.advanceTimersToNextTimer()
    scripted.socket.greet({ epoch: 'another', offset: 0 })
    scripted.socket.receive({ type: 'RESUME_FAILED', epoch: 'another', offset: 0 })
    scripted.socket.receive(frame)
    expect(told).toHaveBeenCalledTimes(2)
  })
})

describe.each(PUBLIC)('%s', (name, frame) => {
  it('moves the place in the log', () => {
    const { client, open } = listen(name)
    open().receive(frame)
    expect(client.position).toEqual({ epoch: 'e', offset: 5 })
  })
})

describe.each(OWN)('%s', (name, frame) => {
  it('loses nothing of the common order, before its turn or after', () => {
    const { client, open, told } = listen(name)
    const messages: number[] = []
    client.on('message', ({ id }) => messages.push(id))
    const socket = open()
    socket.receive(frame)
    for (const offset of [3, 4, 6])
      socket.receive({ type: 'MESSAGE', payload: messagePayload(offset) })
    socket.receive(movedTo(frame, 7))
    expect(messages).toEqual([3, 4, 6])
    expect(told).toHaveBeenCalledTimes(2)
    socket.receive({ type: 'MESSAGE', payload: messagePayload(7) })
    socket.receive({ type: 'MESSAGE', payload: messagePayload(9) })
    socket.receive(movedTo(frame, 8))
    expect(messages).toEqual([3, 4, 6, 7, 9])
    expect(told).toHaveBeenCalledTimes(3)
  })
})

describe('a narrowed client', () => {
  it('hears who belongs where and what is its own, and not what is said elsewhere', () => {
    const { client, open } = createScriptedClient()
    const socket = open()
    void client.subscribe({ chats: [8] }).catch(() => {})
    const told: string[] = []
    for (const [name] of [...PUBLIC, ...OWN]) client.on(name, () => told.push(name))
    for (const [i, [, frame]] of [...PUBLIC, ...OWN].entries())
      socket.receive(movedTo(frame, i + 1))
    expect(told).toEqual(
      [...PUBLIC, ...OWN].map(([name]) => name).filter((name) => name !== 'pinned'),
    )
    client.close()
  })
})
