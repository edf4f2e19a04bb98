import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { NewMessage } from '../../src/protocol/client-frames.ts'
import { MAX_FRAME_BYTES } from '../../src/protocol/limits.ts'
import type { ErrorFrame } from '../../src/protocol/server-frames.ts'
import { createScriptedClient } from './scripted-client.ts'

const message = (client_id?: string): NewMessage => ({
  type: 'NEW_MESSAGE',
  chat_id: 1,
  sender_id: 1,
  content: 'hello',
  ...(client_id === undefined ? {} : { client_id }),
})

const refusal = (code: ErrorFrame['code'], ref?: string): ErrorFrame => ({
  type: 'ERROR',
  code,
  message: 'because',
  ...(ref === undefined ? {} : { ref }),
})

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('a message', () => {
  it('sent while the connection is open goes out at once and resolves with its ACK', async () => {
    const { client, open } = createScriptedClient()
    const socket = open()
    const sent = client.send(message('a'))
    expect(socket.sent).toEqual([message('a')])
    expect(client.pendingSends).toBe(1)
    socket.acknowledge('a', 7)
    expect(await sent).toMatchObject({ client_id: 'a', offset: 7 })
    expect(client.pendingSends).toBe(0)
  })

  it('sent before connect waits for the greeting, and then goes out in order', async () => {
    const scripted = createScriptedClient()
    const sent = ['a', 'b'].map((name) => scripted.client.send(message(name)))
    scripted.client.connect()
    sent.push(scripted.client.send(message('c')))
    expect(scripted.socket.sent).toEqual([])
    scripted.socket.greet()
    expect(scripted.socket.sentIds).toEqual(['a', 'b', 'c'])
    for (const name of ['c', 'a', 'b']) scripted.socket.acknowledge(name)
    expect((await Promise.all(sent)).map(({ client_id }) => client_id)).toEqual(['a', 'b', 'c'])
  })

  it('without a client_id gets one, another for each', () => {
    const { client, open } = createScriptedClient()
    const socket = open()
    for (let i = 0; i < 100; i += 1) void client.send(message())
    expect(new Set(socket.sentIds).size).toBe(100)
    expect(socket.sentIds.every((name) => /^[0-9a-f]{24}$/.test(name!))).toBe(true)
  })

  it('sent by a listener of the open status goes out once', () => {
    const { client, open } = createScriptedClient()
    client.on('status', ({ state }) => {
      if (state === 'open') void client.send(message('a'))
    })
    expect(open().sentIds).toEqual(['a'])
  })

  it('with the client_id of one that is being sent is refused, and the first is kept', async () => {
    const { client, open } = createScriptedClient()
    const socket = open()
    const first = client.send(message('a'))
    await expect(client.send(message('a'))).rejects.toThrow(/already being sent/)
    expect(socket.sent).toHaveLength(1)
    socket.acknowledge('a')
    expect(await first).toMatchObject({ client_id: 'a' })
  })

  it('is refused as TOO_LARGE where its frame would be, and sent where it just fits', async () => {
    const { client, open } = createScriptedClient()
    const socket = open()
    const withBytes = (sizeBytes: number) => {
      const spareBytes = sizeBytes - Buffer.byteLength(JSON.stringify(message('a'))) - 2
      return { ...message('a'), content: `helloé${'x'.repeat(spareBytes)}` }
    }
    await expect(client.send(withBytes(MAX_FRAME_BYTES + 1))).rejects.toMatchObject({
      name: 'ChatwsError',
      code: 'TOO_LARGE',
    })
    expect(client.pendingSends).toBe(0)
    expect(socket.sent).toEqual([])
    void client.send(withBytes(MAX_FRAME_BYTES))
    expect(Buffer.byteLength(JSON.stringify(socket.sent[0]))).toBe(MAX_FRAME_BYTES)
  })

  it('that has no answer is sent again after a drop, in order; others are not', async () => {
    const scripted = createScriptedClient()
    const first = scripted.open()
    const sent = ['a', 'b', 'c'].map((name) => scripted.client.send(message(name)))
    first.acknowledge('b')
    first.drop()
    sent.push(scripted.client.send(message('d')))
    vi.advanceTimersToNextTimer()
    expect(scripted.sockets).toHaveLength(2)
    expect(scripted.socket.sent).toEqual([])
    scripted.socket.greet()
    expect(scripted.socket.sent).toEqual([message('a'), message('c'), message('d')])
    for (const name of ['a', 'c', 'd']) scripted.socket.acknowledge(name)
    expect(await Promise.all(sent)).toHaveLength(4)
  })

  it('keeps its filled in client_id when it is sent again', () => {
    const scripted = createScriptedClient()
    const first = scripted.open()
    void scripted.client.send(message())
    first.drop()
    vi.advanceTimersToNextTimer()
    scripted.socket.greet()
    expect(scripted.socket.sentIds).toEqual(first.sentIds)
  })

  it('is not settled by what an old socket still says', () => {
    const scripted = createScriptedClient()
    const first = scripted.open()
    first.drop()
    vi.advanceTimersToNextTimer()
    scripted.socket.greet()
    void scripted.client.send(message('a'))
    first.acknowledge('a')
    first.drop(1008)
    expect(scripted.client.pendingSends).toBe(1)
    expect(scripted.client.status).toEqual({ state: 'open' })
  })
})

describe('a refused message', () => {
  it.each(['INVALID_FRAME', 'SENDER_MISMATCH', 'INTERNAL'] as const)(
    'rejects with %s and is not sent again',
    async (code) => {
      const scripted = createScriptedClient()
      const refused = vi.fn()
      scripted.client.on('refused', refused)
      const socket = scripted.open()
      const sent = scripted.client.send(message('a'))
      socket.receive(refusal(code, 'a'))
      await expect(sent).rejects.toMatchObject({ name: 'ChatwsError', code, message: 'because' })
      expect(refused).toHaveBeenCalledExactlyOnceWith(refusal(code, 'a'))
      await vi.advanceTimersByTimeAsync(120_000)
      expect(socket.sentIds).toEqual(['a'])
    },
  )

  it('without a ref rejects nothing, and is told as an event', () => {
    const { client, open } = createScriptedClient()
    const refused = vi.fn()
    client.on('refused', refused)
    const socket = open()
    void client.send(message('a'))
    socket.receive(refusal('INVALID_JSON'))
    expect(client.pendingSends).toBe(1)
    expect(refused).toHaveBeenCalledTimes(1)
  })

  it('with STORAGE_UNAVAILABLE is sent again until it is stored', async () => {
    const { client, open } = createScriptedClient()
    const socket = open()
    const sent = client.send(message('a'))
    for (const times of [1, 2, 3]) {
      expect(socket.sentIds).toEqual(Array(times).fill('a'))
      socket.receive(refusal('STORAGE_UNAVAILABLE', 'a'))
      await vi.advanceTimersByTimeAsync(120_000)
    }
    socket.acknowledge('a', 5)
    expect(await sent).toMatchObject({ offset: 5 })
    expect(socket.sentIds).toEqual(['a', 'a', 'a', 'a'])
  })

  it('with STORAGE_UNAVAILABLE is not sent again at once', () => {
    const { client, open } = createScriptedClient()
    const socket = open()
    void client.send(message('a'))
    socket.receive(refusal('STORAGE_UNAVAILABLE', 'a'))
    expect(socket.sentIds).toEqual(['a'])
    vi.advanceTimersByTime(1000)
    expect(socket.sentIds).toEqual(['a', 'a'])
  })

  it('with STORAGE_UNAVAILABLE is not sent again once it was given up', async () => {
    const { client, open } = createScriptedClient()
    const socket = open()
    const controller = new AbortController()
    const sent = client.send(message('a'), { signal: controller.signal })
    socket.receive(refusal('STORAGE_UNAVAILABLE', 'a'))
    controller.abort()
    await expect(sent).rejects.toThrow()
    await vi.advanceTimersByTimeAsync(120_000)
    expect(socket.sentIds).toEqual(['a'])
  })
})

describe('an abort signal', () => {
  const reason = new Error('too late')

  it('that was aborted before sends nothing', async () => {
    const { client, open } = createScriptedClient()
    const socket = open()
    const sent = client.send(message('a'), { signal: AbortSignal.abort(reason) })
    await expect(sent).rejects.toBe(reason)
    expect(socket.sent).toEqual([])
    expect(client.pendingSends).toBe(0)
  })

  it('takes a waiting message back', async () => {
    const { client, open } = createScriptedClient()
    const controller = new AbortController()
    const sent = client.send(message('a'), { signal: controller.signal })
    controller.abort(reason)
    await expect(sent).rejects.toBe(reason)
    expect(open().sent).toEqual([])
  })

  it('rejects a message that was sent, whose late ACK is ignored', async () => {
    const { client, open } = createScriptedClient()
    const socket = open()
    const controller = new AbortController()
    const sent = client.send(message('a'), { signal: controller.signal })
    controller.abort(reason)
    socket.acknowledge('a')
    await expect(sent).rejects.toBe(reason)
    expect(client.pendingSends).toBe(0)
  })

  it('has no listener left once the message was answered', async () => {
    const { client, open } = createScriptedClient()
    const socket = open()
    const { signal } = new AbortController()
    const removed = vi.spyOn(signal, 'removeEventListener')
    const added = vi.spyOn(signal, 'addEventListener')
    const sent = client.send(message('a'), { signal })
    socket.acknowledge('a')
    await sent
    expect(removed.mock.calls[0]!.slice(0, 2)).toEqual(added.mock.calls[0]!.slice(0, 2))
  })
})
