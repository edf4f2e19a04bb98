import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createScriptedClient } from './scripted-client.ts'
import type { ScriptedSocket } from './scripted-socket.ts'

const limits = { maxMessageBytes: 65_536, messagesPerSecond: 10, messageBurst: 5 }

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function send(client: ReturnType<typeof createScriptedClient>['client'], ...names: string[]) {
  const message = { type: 'NEW_MESSAGE', chat_id: 1, sender_id: 1, content: 'x' } as const
  return names.map((client_id) => client.send({ ...message, client_id }))
}

const names = (count: number) => Array.from({ length: count }, (_, i) => `${i}`)

function refuse(socket: ScriptedSocket, ref: string | undefined, retry_after_ms = 600): void {
  const about = ref === undefined ? {} : { ref }
  socket.receive({
    type: 'ERROR',
    code: 'RATE_LIMITED',
    message: 'slower',
    retry_after_ms,
    ...about,
  })
}

describe('a client of a server that limits the rate', () => {
  it('sends as many at once as the server takes, then the rest in its time and order', () => {
    const { client, open } = createScriptedClient()
    void send(client, ...names(12))
    const socket = open({ limits })
    expect(socket.sentIds).toEqual(names(5))
    vi.advanceTimersByTime(300)
    expect(socket.sentIds).toEqual(names(8))
    void send(client, 'late')
    vi.advanceTimersByTime(10_000)
    expect(socket.sentIds).toEqual([...names(12), 'late'])
  })

  it('sends what was refused again in its order, after the time that the server names', () => {
    const { client, open } = createScriptedClient()
    const socket = open()
    void send(client, 'a', 'b', 'c')
    refuse(socket, 'b')
    void send(client, 'd')
    refuse(socket, 'c', 590)
    vi.advanceTimersByTime(599)
    expect(socket.sentIds).toEqual(['a', 'b', 'c'])
    vi.advanceTimersByTime(1)
    expect(socket.sentIds.slice(3)).toEqual(['b', 'c', 'd'])
  })

  it('sends what waits for its turn on the next connection when this one is lost', () => {
    const scripted = createScriptedClient()
    const socket = scripted.open()
    void send(scripted.client, 'a')
    refuse(socket, 'a', 100)
    socket.drop()
    vi.advanceTimersByTime(250)
    expect(scripted.socket.sent).toEqual([])
    scripted.socket.greet()
    vi.advanceTimersByTime(10_000)
    expect(scripted.socket.sentIds).toEqual(['a'])
  })

  it('leaves out what was given up while it waited', async () => {
    const { client, open } = createScriptedClient()
    const socket = open()
    const controller = new AbortController()
    const message = { type: 'NEW_MESSAGE', chat_id: 1, sender_id: 1, content: 'x' } as const
    const sent = client.send({ ...message, client_id: 'a' }, { signal: controller.signal })
    refuse(socket, 'a')
    controller.abort(new Error('enough'))
    await expect(sent).rejects.toThrow('enough')
    void send(client, 'b')
    vi.advanceTimersByTime(10_000)
    expect(socket.sentIds).toEqual(['a', 'b'])
  })

  it('says again what has no name, and may have been refused', () => {
    const { client, open } = createScriptedClient()
    const socket = open()
    client.read({ chat_id: 1 }, 4)
    client.setActivity('idle')
    refuse(socket, undefined)
    refuse(socket, undefined)
    vi.advanceTimersByTime(10_000)
    expect(socket.sent).toEqual([
      { type: 'READ', chat_id: 1, id: 4 },
      { type: 'ACTIVITY', state: 'idle' },
      { type: 'READ', chat_id: 1, id: 4 },
      { type: 'ACTIVITY', state: 'idle' },
    ])
  })
})
