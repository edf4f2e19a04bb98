import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Conversation } from '../../src/client/conversation.ts'
import type { NewMessage } from '../../src/protocol/client-frames.ts'
import type { ServerFrame } from '../../src/protocol/server-frames.ts'
import { createScriptedClient } from './scripted-client.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const NOW = '2024-01-01T12:00:00.000Z'
const OK: NewMessage = { type: 'NEW_MESSAGE', chat_id: 1, sender_id: 1, content: 'ok' }

/** A message as it comes from the server, which never tells the sender's name for it. */
const message = (offset: number, { sender_id = 1, content = 'ok' } = {}): ServerFrame => ({
  type: 'MESSAGE',
  payload: { id: offset, chat_id: 1, sender_id, content, created_at: NOW, offset },
})

/** A client with two equal messages on their way, that has lost its connection and is back. */
function openAgain() {
  const scripted = createScriptedClient()
  const { client } = scripted
  const told: [offset: number, name: string | undefined][] = []
  const outcomes: unknown[] = []
  client.on('message', ({ offset, client_id }) => told.push([offset, client_id]))
  const first = scripted.open()
  for (const client_id of ['a', 'b'])
    client.send({ ...OK, client_id }).then(
      ({ id }) => outcomes.push([client_id, id]),
      (error) => outcomes.push(error.code),
    )
  first.drop()
  vi.advanceTimersToNextTimer()
  const socket = scripted.socket
  socket.greet({ offset: 4 })
  return { ...scripted, socket, told, outcomes }
}

describe('an own message', () => {
  it('is told by its name, where its ACK came before it', () => {
    const { client, open } = createScriptedClient()
    const names: unknown[] = []
    client.on('message', ({ client_id }) => names.push(client_id))
    const socket = open()
    void client.send({ ...OK, client_id: 'a' })
    socket.acknowledge('a', 1)
    socket.receive(message(1))
    socket.receive(message(2))
    expect(names).toEqual(['a', undefined])
  })

  it('waits for its ACK after a reconnect, and equal ones are not taken for each other', () => {
    const { socket, told } = openAgain()
    // The second one was stored and the first one was not, and another device wrote the same.
    socket.receive(message(3))
    socket.receive(message(4))
    expect(told).toEqual([])
    socket.acknowledge('b', 4)
    expect(told).toEqual([])
    socket.acknowledge('a', 5)
    socket.receive(message(5))
    expect(told).toEqual([
      [3, undefined],
      [4, 'b'],
      [5, 'a'],
    ])
  })

  it('keeps what follows it in order, whatever that is', () => {
    const { client, socket } = openAgain()
    const heard: string[] = []
    client.on('message', ({ offset }) => heard.push(`message ${offset}`))
    client.on('presence', ({ userId }) => heard.push(`user ${userId}`))
    client.on('resumed', () => heard.push('resumed'))
    socket.receive(message(2, { sender_id: 2 }))
    socket.receive(message(3))
    socket.receive({ type: 'USER_ONLINE', userId: 7, timestamp: NOW })
    socket.receive(message(4, { sender_id: 2 }))
    socket.receive({ type: 'RESUMED', offset: 4 })
    expect(heard).toEqual(['message 2'])
    expect(client.position?.offset).toBe(2)
    socket.acknowledge('a', 3)
    expect(heard).toEqual(['message 2', 'message 3', 'user 7', 'message 4', 'resumed'])
  })

  it('is told without a name once its sends were refused', async () => {
    const { socket, told, outcomes } = openAgain()
    socket.receive(message(3))
    for (const ref of ['a', 'b'])
      socket.receive({ type: 'ERROR', code: 'FORBIDDEN', message: 'no', ref })
    expect(told).toEqual([[3, undefined]])
    await vi.advanceTimersByTimeAsync(0)
    expect(outcomes).toEqual(['FORBIDDEN', 'FORBIDDEN'])
  })

  it('waits no longer than a second, and nothing waits then until all is acknowledged', () => {
    const { socket, told } = openAgain()
    socket.receive(message(2))
    vi.advanceTimersByTime(1_000)
    socket.receive(message(3))
    expect(told).toEqual([
      [2, undefined],
      [3, undefined],
    ])
  })

  it('that waits is told when the connection is lost, and no more when the client closes', () => {
    const lost = openAgain()
    lost.socket.receive(message(3))
    lost.socket.drop()
    expect(lost.told).toEqual([[3, undefined]])
    const closed = openAgain()
    closed.socket.receive(message(3))
    closed.client.close()
    expect(closed.told).toEqual([])
  })

  it('of another history is not taken for one of this', () => {
    const { client, socket, sockets, told } = openAgain()
    socket.acknowledge('a', 9)
    socket.drop()
    vi.advanceTimersToNextTimer()
    sockets.at(-1)!.greet({ epoch: 'other', offset: 8 })
    sockets.at(-1)!.receive({ type: 'RESUME_FAILED', epoch: 'other', offset: 8 })
    sockets.at(-1)!.acknowledge('b', 10)
    sockets.at(-1)!.receive(message(9))
    expect(told).toEqual([[9, undefined]])
    client.close()
  })
})

it('a conversation knows an own message by its name', () => {
  const { client, open } = createScriptedClient()
  const conversation = new Conversation()
  conversation.attach(client)
  const socket = open()
  void client.send({ ...OK, client_id: 'a' })
  socket.acknowledge('a', 1)
  socket.receive(message(1))
  socket.receive(message(2))
  const names = conversation.messages({ chat_id: 1 }).map(({ client_id }) => client_id)
  expect(names).toEqual(['a', undefined])
})
