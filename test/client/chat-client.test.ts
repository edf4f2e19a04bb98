import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { NewMessage } from '../../src/protocol/client-frames.ts'
import type { ServerFrame } from '../../src/protocol/server-frames.ts'
import { createScriptedClient } from './scripted-client.ts'

const MESSAGE: NewMessage = { type: 'NEW_MESSAGE', chat_id: 1, sender_id: 1, content: 'hello' }

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('connect', () => {
  it.each([
    ['ws://127.0.0.1:3004', 'ws://127.0.0.1:3004?userId=1'],
    ['ws://127.0.0.1:3004/chat', 'ws://127.0.0.1:3004/chat?userId=1'],
    ['ws://127.0.0.1:3004?token=t', 'ws://127.0.0.1:3004?token=t&userId=1'],
  ])('to %s opens %s', (url, opened) => {
    const { client, sockets } = createScriptedClient({ url })
    client.connect()
    expect(sockets.map((socket) => socket.url)).toEqual([opened])
  })

  it('a second time does nothing', () => {
    const { client, sockets, open } = createScriptedClient()
    client.connect()
    client.connect()
    expect(sockets).toHaveLength(1)
    open()
    client.connect()
    expect(sockets).toHaveLength(1)
  })

  it('is open once the server has greeted', () => {
    const { client, statuses, open } = createScriptedClient()
    expect(client.status).toEqual({ state: 'idle' })
    open()
    expect(client.status).toEqual({ state: 'open' })
    expect(statuses).toEqual([{ state: 'connecting', attempt: 1 }, { state: 'open' }])
  })

  it('gives up on a server that does not greet, and tries again', () => {
    const scripted = createScriptedClient()
    scripted.client.connect()
    const mute = scripted.socket
    vi.advanceTimersByTime(10_000)
    expect(mute.closedWith).toBeNull()
    expect(scripted.client.status).toEqual({
      state: 'waiting',
      attempt: 1,
      delayMs: 250,
      reason: 'the server does not answer',
    })
    mute.drop()
    expect(scripted.client.status).toMatchObject({ state: 'waiting', attempt: 1 })
    vi.advanceTimersToNextTimer()
    expect(scripted.sockets).toHaveLength(2)
    mute.greet()
    expect(scripted.client.status).toMatchObject({ state: 'connecting' })
  })

  it('does not cut off a server that has greeted in time', () => {
    const socket = createScriptedClient().open()
    vi.advanceTimersByTime(60_000)
    expect(socket.closedWith).toBeUndefined()
  })
})

describe('a lost connection', () => {
  it.each([
    [1006, '', 'no connection'],
    [1011, '', 'closed with code 1011'],
    [1001, 'Server shutting down', 'Server shutting down'],
    [4001, 'Slow consumer', 'Slow consumer'],
  ])('with %d %j is waited for, and the reason is %j', (code, given, reason) => {
    const { client, open } = createScriptedClient()
    open().drop(code, given)
    expect(client.status).toEqual({ state: 'waiting', attempt: 1, delayMs: 250, reason })
  })

  it('is not opened again before the time that the server hints at', () => {
    const { client, open } = createScriptedClient()
    open().drop(1001, 'Server shutting down; retry_after_ms=3000')
    expect(client.status).toMatchObject({ state: 'waiting', delayMs: 3250 })
  })

  it('is opened again after the delay, and not before', () => {
    const { sockets, open } = createScriptedClient()
    open().drop()
    vi.advanceTimersByTime(249)
    expect(sockets).toHaveLength(1)
    vi.advanceTimersByTime(1)
    expect(sockets).toHaveLength(2)
  })

  it('is waited for longer each time, until a greeting', () => {
    const scripted = createScriptedClient()
    scripted.client.connect()
    const attempts: [number, number][] = []
    for (let i = 0; i < 8; i += 1) {
      scripted.socket.drop()
      const { status } = scripted.client
      if (status.state !== 'waiting') throw new Error(`the client is ${status.state}`)
      attempts.push([status.attempt, status.delayMs])
      vi.advanceTimersByTime(status.delayMs)
    }
    expect(attempts).toEqual([
      ...[
        [1, 250],
        [2, 500],
        [3, 1000],
        [4, 2000],
      ],
      ...[
        [5, 4000],
        [6, 8000],
        [7, 10_000],
        [8, 10_000],
      ],
    ])
    scripted.socket.greet()
    scripted.socket.drop()
    expect(scripted.client.status).toMatchObject({ attempt: 1, delayMs: 250 })
  })

  it('is not opened again when a listener closes the client as it hears of the loss', async () => {
    const { client, sockets, open } = createScriptedClient()
    client.on('status', ({ state }) => {
      if (state === 'waiting') client.close()
    })
    open().drop()
    await vi.runOnlyPendingTimersAsync()
    expect(client.status).toEqual({ state: 'closed' })
    expect(sockets).toHaveLength(1)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a connection that the server refuses', () => {
  it.each([
    [1008, 'Invalid user ID'],
    [4502, 'Token invalid'],
    [4999, ''],
  ])('with %d %j ends the client', async (code, reason) => {
    const { client, sockets, statuses, open } = createScriptedClient()
    const socket = open()
    const sent = client.send(MESSAGE)
    socket.drop(code, reason)
    const error = { name: 'ChatwsError', code: 'CONNECTION_REFUSED' }
    expect(client.status).toMatchObject({ state: 'closed', error })
    expect(statuses.at(-1)).toBe(client.status)
    await expect(sent).rejects.toMatchObject(error)
    await expect(sent).rejects.toThrow(reason || `${code}`)
    await vi.runAllTimersAsync()
    expect(sockets).toHaveLength(1)
    await expect(client.send(MESSAGE)).rejects.toMatchObject({ code: 'CONNECT_FAILED' })
  })
})

describe('close', () => {
  it('closes the socket with 1000, and no timer stays', () => {
    const { client, statuses, open } = createScriptedClient()
    const socket = open()
    client.close()
    expect(socket.closedWith).toBe(1000)
    expect(statuses.at(-1)).toEqual({ state: 'closed' })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('rejects what is not acknowledged, and everything after', async () => {
    const { client, open } = createScriptedClient()
    open()
    const sent = [client.send(MESSAGE), client.send(MESSAGE)]
    client.close()
    const outcomes = await Promise.allSettled([...sent, client.send(MESSAGE)])
    const error = expect.objectContaining({ name: 'ChatwsError', code: 'CONNECT_FAILED' })
    expect(outcomes).toEqual(Array(3).fill({ status: 'rejected', reason: error }))
    expect(client.pendingSends).toBe(0)
  })

  it('is told once, and nothing of the socket is told after it', () => {
    const { client, statuses, open } = createScriptedClient()
    const frames = vi.fn()
    const socket = open()
    client.on('frame', frames)
    client.close()
    client.close()
    socket.acknowledge('a')
    socket.drop(1000)
    expect(statuses.filter(({ state }) => state === 'closed')).toHaveLength(1)
    expect(statuses.at(-1)).toEqual({ state: 'closed' })
    expect(frames).not.toHaveBeenCalled()
  })

  const WHEN = ['before connect', 'while connecting', 'while waiting', 'while open'] as const

  function closedClient(when: (typeof WHEN)[number]) {
    const scripted = createScriptedClient()
    const { client, sockets } = scripted
    if (when === 'while open') scripted.open()
    else if (when !== 'before connect') client.connect()
    if (when === 'while waiting') sockets[0]!.drop()
    client.close()
    return scripted
  }

  it.each(WHEN)('%s ends it until it is connected again', async (when) => {
    const { client, sockets } = closedClient(when)
    const opened = sockets.length
    await vi.runAllTimersAsync()
    expect(client.status).toEqual({ state: 'closed' })
    expect(sockets).toHaveLength(opened)
    expect(vi.getTimerCount()).toBe(0)
  })

  it.each(WHEN)('%s, and connected again as StrictMode does, it is open', async (when) => {
    const { client, sockets, open } = closedClient(when)
    const opened = sockets.length
    open()
    expect(client.status).toEqual({ state: 'open' })
    expect(sockets).toHaveLength(opened + 1)
    const sent = client.send({ ...MESSAGE, client_id: 'a' })
    sockets.at(-1)!.acknowledge('a')
    await expect(sent).resolves.toMatchObject({ offset: 1 })
  })

  it('by a listener as the client connects opens no socket', () => {
    const { client, sockets } = createScriptedClient()
    client.on('status', ({ state }) => {
      if (state === 'connecting') client.close()
    })
    client.connect()
    expect(client.status).toEqual({ state: 'closed' })
    expect(sockets).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('frames of the server', () => {
  const timestamp = '2024-01-01T12:00:00.000Z'
  const payload = { id: 1, sender_id: 2, content: 'hi', created_at: timestamp, offset: 1 }
  const change = { id: 1, sender_id: 2, offset: 1 }
  type Told = [string, ServerFrame, unknown]
  const asFrame = (name: string, frame: ServerFrame): Told[] => [[name, frame, frame]]
  const asPayload = (name: string, frame: ServerFrame & { payload: unknown }): Told[] => [
    [name, frame, frame.payload],
  ]

  it.each<[string, ServerFrame, unknown]>([
    [
      'presence',
      { type: 'USER_ONLINE', userId: 2, timestamp },
      { userId: 2, isOnline: true, timestamp },
    ],
    [
      'presence',
      { type: 'USER_OFFLINE', userId: 2, timestamp },
      { userId: 2, isOnline: false, timestamp },
    ],
    [
      'message',
      { type: 'MESSAGE', payload: { ...payload, chat_id: 3 } },
      { ...payload, chat_id: 3 },
    ],
    [
      'supportMessage',
      { type: 'SUPPORT_MESSAGE', payload: { ...payload, support_chat_id: 3 } },
      { ...payload, support_chat_id: 3 },
    ],
    ...asPayload('edited', {
      type: 'MESSAGE_EDITED',
      payload: { ...change, chat_id: 3, content: 'new', edited_at: timestamp },
    }),
    ...asPayload('edited', {
      type: 'SUPPORT_MESSAGE_EDITED',
      payload: { ...change, support_chat_id: 3, content: 'new', edited_at: timestamp },
    }),
    ...asPayload('deleted', {
      type: 'MESSAGE_DELETED',
      payload: { ...change, chat_id: 3, deleted_at: timestamp },
    }),
    ...asPayload('deleted', {
      type: 'SUPPORT_MESSAGE_DELETED',
      payload: { ...change, support_chat_id: 3, deleted_at: timestamp },
    }),
    ...asPayload('supportChat', {
      type: 'SUPPORT_CHAT',
      payload: {
        support_chat_id: 3,
        status: 'closed',
        assignee: null,
        changed_by: 2,
        changed_at: timestamp,
        offset: 1,
      },
    }),
    ...asFrame('reaction', {
      type: 'REACTION',
      message_id: 1,
      chat_id: 3,
      userId: 2,
      emoji: '👍',
      removed: false,
      offset: 1,
    }),
    ...asFrame('typing', { type: 'TYPING', chat_id: 3, userId: 2, typing: true }),
    ...asFrame('receipt', { type: 'RECEIPT', chat_id: 3, userId: 2, delivered: 2, read: 1 }),
    ...asFrame('announcement', { type: 'ANNOUNCEMENT', text: 'noon', timestamp }),
    ...asFrame('activity', { type: 'USER_ACTIVITY', userId: 2, state: 'idle', timestamp }),
  ])('are told as %s and as they came: %j', (name, frame, event) => {
    const { client, open } = createScriptedClient()
    const socket = open()
    const [listener, frames] = [vi.fn(), vi.fn()]
    client.on(name as 'presence', listener)
    client.on('frame', frames)
    socket.receive(frame)
    expect(listener).toHaveBeenCalledExactlyOnceWith(event)
    expect(frames).toHaveBeenCalledExactlyOnceWith(frame)
  })

  it('with a place in the log are told once each, in order, whatever their kind', () => {
    const { client, open } = createScriptedClient()
    const told: string[] = []
    client.on('message', ({ offset }) => told.push(`message ${offset}`))
    client.on('edited', ({ offset }) => told.push(`edited ${offset}`))
    client.on('reaction', ({ offset }) => told.push(`reaction ${offset}`))
    const socket = open()
    const frames: ServerFrame[] = [
      { type: 'MESSAGE', payload: { ...payload, chat_id: 3 } },
      {
        type: 'MESSAGE_EDITED',
        payload: { ...change, chat_id: 3, content: 'new', edited_at: timestamp, offset: 2 },
      },
      {
        type: 'REACTION',
        message_id: 1,
        chat_id: 3,
        userId: 2,
        emoji: '👍',
        removed: false,
        offset: 3,
      },
    ]
    for (const frame of [...frames, ...frames]) socket.receive(frame)
    expect(told).toEqual(['message 1', 'edited 2', 'reaction 3'])
    expect(client.position).toEqual({ epoch: 'e', offset: 3 })
  })

  it('the greeting is told once the client is open', () => {
    const { client, open } = createScriptedClient()
    const seen: string[] = []
    client.on('established', ({ epoch }) => seen.push(`${client.status.state} ${epoch}`))
    open()
    expect(seen).toEqual(['open e'])
  })

  it('of an unknown type are passed on and do no harm', () => {
    const { client, open } = createScriptedClient()
    const frames = vi.fn()
    const socket = open()
    client.on('frame', frames)
    socket.receive({ type: 'LATER_INVENTION' } as unknown as ServerFrame)
    expect(frames).toHaveBeenCalledTimes(1)
    expect(client.status).toEqual({ state: 'open' })
  })
})
