import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { NewMessage } from '../../src/protocol/client-frames.ts'
import { createScriptedClient } from './scripted-client.ts'

const MESSAGE: NewMessage = { type: 'NEW_MESSAGE', chat_id: 1, sender_id: 1, content: 'hello' }
/** Two heartbeats of a server that pings every 30 s. */
const TWO_HEARTBEATS_MS = 60_000

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function openClient() {
  const scripted = createScriptedClient()
  return { ...scripted, socket: scripted.open() }
}

describe('a server that is silent', () => {
  it('and answers when it is asked whether it is there, is left alone', () => {
    const { client, sockets } = openClient()
    vi.advanceTimersByTime(10 * TWO_HEARTBEATS_MS)
    expect(client.status).toEqual({ state: 'open' })
    expect(sockets).toHaveLength(1)
  })

  it('and does not answer is given up within two heartbeats, and connected to anew', () => {
    const { client, socket, sockets, statuses } = openClient()
    socket.isAlive = false
    vi.advanceTimersByTime(TWO_HEARTBEATS_MS)
    expect(statuses).toContainEqual(
      expect.objectContaining({ state: 'waiting', reason: 'the server is silent' }),
    )
    expect(socket.closedWith).toBeNull()
    expect(sockets).toHaveLength(2)
    sockets[1]!.greet()
    expect(client.status).toEqual({ state: 'open' })
  })

  it.each([1, 5, 20, 39])('is noticed within 30 s of what is said to it after %d s', (quietS) => {
    const { client, socket, sockets } = openClient()
    vi.advanceTimersByTime(quietS * 1_000)
    socket.isAlive = false
    void client.send({ ...MESSAGE, client_id: 'a' }).catch(() => {})
    vi.advanceTimersByTime(30_000)
    expect(sockets.length).toBeGreaterThan(1)
    sockets.at(-1)!.greet()
    expect(sockets.at(-1)!.sentIds).toEqual(['a'])
    client.close()
  })

  it('but sends what others say is not asked', () => {
    const { socket } = openClient()
    socket.isAlive = false
    const send = vi.spyOn(socket, 'send')
    for (let i = 0; i < 30; i += 1) {
      vi.advanceTimersByTime(9_000)
      socket.receive({ type: 'USER_ONLINE', userId: 2, timestamp: '2024-01-01T12:00:00.000Z' })
    }
    expect(send).not.toHaveBeenCalled()
  })

  it('answers no ping of the user by answering whether it is there', async () => {
    const { client, socket } = openClient()
    const times: unknown[] = []
    client.on('frame', (frame) => times.push(frame.type))
    vi.advanceTimersByTime(TWO_HEARTBEATS_MS)
    expect(times).not.toContain('PONG')
    const ping = client.ping()
    socket.receive({ type: 'PONG', t: 1, serverTime: '2024-01-01T12:00:00.000Z' })
    await expect(ping).resolves.toBeTypeOf('number')
  })
})

describe('a machine that has slept', () => {
  /** The clock of the wall goes on; that of timers may stand still, as it does on Linux and macOS. */
  const sleep = (ms: number) => vi.setSystemTime(Date.now() + ms)

  it('finds out at once whether the connection still lives', () => {
    const { socket, sockets } = openClient()
    vi.advanceTimersByTime(5_000)
    socket.isAlive = false
    sleep(3_600_000)
    vi.advanceTimersByTime(2_000)
    expect(sockets).toHaveLength(2)
  })

  it('keeps a connection that does', () => {
    const { client, sockets } = openClient()
    sleep(3_600_000)
    vi.advanceTimersByTime(TWO_HEARTBEATS_MS)
    expect(client.status).toEqual({ state: 'open' })
    expect(sockets).toHaveLength(1)
  })

  it('is none whose clock is set back or a little forward', () => {
    const { socket } = openClient()
    const send = vi.spyOn(socket, 'send')
    for (const ms of [-3_600_000, 1_000, 2_000]) {
      sleep(ms)
      vi.advanceTimersByTime(1_000)
    }
    expect(send).not.toHaveBeenCalled()
  })
})

describe('wake', () => {
  it('finds out at once whether an open connection still lives', () => {
    const { client, socket, sockets } = openClient()
    socket.isAlive = false
    client.wake()
    vi.advanceTimersByTime(1_000)
    expect(sockets).toHaveLength(2)
    expect(client.status).toMatchObject({ state: 'connecting' })
  })

  it('leaves a connection alone that answers, however often it is asked', () => {
    const { client, sockets } = openClient()
    for (let i = 0; i < 20; i += 1) {
      client.wake()
      vi.advanceTimersByTime(300)
    }
    vi.advanceTimersByTime(TWO_HEARTBEATS_MS)
    expect(client.status).toEqual({ state: 'open' })
    expect(sockets).toHaveLength(1)
  })

  it('begins an attempt anew that has led nowhere, and leaves one alone that has just begun', () => {
    const { client, sockets } = createScriptedClient()
    client.connect()
    vi.advanceTimersByTime(900)
    client.wake()
    expect(sockets).toHaveLength(1)
    vi.advanceTimersByTime(100)
    client.wake()
    expect(sockets).toHaveLength(2)
    expect(sockets[0]!.closedWith).toBeNull()
    sockets[1]!.greet()
    expect(client.status).toEqual({ state: 'open' })
    client.close()
  })

  it('lets the next attempts come soon again', () => {
    const { client, sockets, open } = createScriptedClient()
    open()
    vi.advanceTimersByTime(10_000)
    for (let i = 0; i < 6; i += 1) {
      sockets.at(-1)!.drop()
      vi.advanceTimersToNextTimer()
    }
    client.wake()
    vi.advanceTimersByTime(1_000)
    client.wake()
    sockets.at(-1)!.drop()
    expect(client.status).toMatchObject({ state: 'waiting', attempt: 1 })
    client.close()
  })

  it('connects now where the client waits, and only once', () => {
    const { client, socket, sockets } = openClient()
    socket.drop()
    client.wake()
    expect(sockets).toHaveLength(2)
    sockets[1]!.greet()
    vi.advanceTimersByTime(20_000)
    expect(sockets).toHaveLength(2)
  })

  it('does not come back before the time that the server asked for', () => {
    const { client, socket, sockets } = openClient()
    socket.drop(4000, 'Server draining; retry_after_ms=9000')
    vi.advanceTimersByTime(8_900)
    client.wake()
    expect(sockets).toHaveLength(1)
    vi.advanceTimersByTime(101)
    client.wake()
    expect(sockets).toHaveLength(2)
  })

  it.each(['before connect', 'when closed'])('does nothing %s', (when) => {
    const { client, sockets } = createScriptedClient()
    if (when === 'when closed') client.close()
    client.wake()
    expect(sockets).toHaveLength(0)
  })
})

describe('suspend', () => {
  it('lets go of the socket, and waking connects again and goes on', () => {
    const { client, socket, sockets } = openClient()
    client.suspend()
    expect(socket.closedWith).toBe(1000)
    expect(client.status).toMatchObject({ state: 'waiting', reason: 'suspended' })
    vi.advanceTimersByTime(TWO_HEARTBEATS_MS)
    expect(sockets).toHaveLength(1)
    client.wake()
    expect(sockets).toHaveLength(2)
  })

  it.each(['while connecting', 'while waiting'])('%s opens no other socket by itself', (when) => {
    const { client, sockets } = createScriptedClient()
    client.connect()
    if (when === 'while waiting') sockets[0]!.drop()
    client.suspend()
    vi.advanceTimersByTime(TWO_HEARTBEATS_MS)
    expect(sockets).toHaveLength(1)
  })
})

describe('a connection that ends right after each greeting', () => {
  it('is tried ever less often', () => {
    const { client, sockets, open } = createScriptedClient()
    void client.history({ chat_id: 1 }).catch(() => {})
    open()
    for (let ms = 0; ms < 120_000; ms += 50) {
      sockets.at(-1)!.drop()
      vi.advanceTimersByTime(50)
      if (sockets.at(-1)!.readyState === 0) sockets.at(-1)!.greet()
    }
    expect(sockets.length).toBeLessThan(22)
    client.close()
  })

  it('is tried soon again once one has lasted', () => {
    const { client, sockets, open } = createScriptedClient()
    open()
    for (let i = 0; i < 6; i += 1) {
      sockets.at(-1)!.drop()
      expect(client.status).toMatchObject({ state: 'waiting', attempt: i + 1 })
      vi.advanceTimersToNextTimer()
      sockets.at(-1)!.greet()
    }
    vi.advanceTimersByTime(10_000)
    sockets.at(-1)!.drop()
    vi.advanceTimersToNextTimer()
    sockets.at(-1)!.greet()
    sockets.at(-1)!.drop()
    expect(client.status).toMatchObject({ state: 'waiting', attempt: 1 })
    client.close()
  })
})

it('a server that asks to wait for days is not obeyed for longer than minutes', () => {
  const { client, socket, sockets } = openClient()
  socket.drop(4000, 'Server draining; retry_after_ms=999999999')
  expect(client.status).toMatchObject({ delayMs: 600_250 })
  vi.advanceTimersByTime(600_250)
  expect(sockets).toHaveLength(2)
})

it('a server that asks to send again at once is obeyed some fifty times a second', () => {
  const { client, socket } = openClient()
  void client.send({ ...MESSAGE, client_id: 'a' }).catch(() => {})
  const refuse = () =>
    socket.receive({
      ...({ type: 'ERROR', code: 'RATE_LIMITED', message: 'no', ref: 'a' } as const),
      retry_after_ms: 0.001,
    })
  for (let ms = 0; ms < 1_000; ms += 1) {
    refuse()
    vi.advanceTimersByTime(1)
  }
  expect(socket.sentIds.length).toBeLessThan(60)
  client.close()
})

it.each(['HISTORYD', 'CHATS', 'SUBSCRIBED'])('a question is not answered by a %s', async (type) => {
  const { client, socket } = openClient()
  const asked = client.history({ chat_id: 1 })
  const { client_id } = socket.sent.at(-1)!
  socket.receive({ type, client_id, chats: [], offset: 0 } as never)
  const outcome = await Promise.race([asked.catch(() => 'rejected'), Promise.resolve('waiting')])
  expect(outcome).toBe('waiting')
  client.close()
  await expect(asked).rejects.toThrow()
})

it('an epoch that no address can hold is no frame, and the client goes on', () => {
  const { client, socket, sockets } = openClient()
  socket.receive({ type: 'RESUME_FAILED', epoch: '\ud800', offset: 3 })
  socket.drop()
  vi.advanceTimersToNextTimer()
  expect(client.status).toMatchObject({ state: 'connecting' })
  expect(sockets).toHaveLength(2)
  client.close()
})
