import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { ClientSocket, parseTarget } from '../../../src/bench/wire/client-socket.ts'
import { until } from '../../support/until.ts'

const open: { close(): void }[] = []
afterEach(() => {
  for (const thing of open.splice(0).reverse()) thing.close()
})

/** A socket that holds itself after each read as long as `isHolding`. */
async function connect() {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  open.push(server)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const seen = { text: '', isHolding: false, end: '' }
  const socket: ClientSocket = new ClientSocket(parseTarget(`ws://127.0.0.1:${port}/`), '', {
    onBytes: (bytes, at, length) => {
      seen.text += bytes.toString('latin1', at, length)
      if (seen.isHolding) socket.hold()
    },
    onEnd: ({ reason }) => {
      seen.end = reason
    },
  })
  open.push({ close: () => socket.terminate() })
  const [peer] = (await once(server, 'connection')) as [WebSocket]
  await until(() => socket.isOpen, 'the handshake')
  return { socket, peer, seen }
}

/** Sends, and waits until it has left; then some turns of the loop in which it could be read. */
async function send(peer: WebSocket, text: string): Promise<void> {
  await new Promise((resolve) => peer.send(text, resolve))
  await new Promise((resolve) => setTimeout(resolve, 30))
}

describe('ClientSocket', () => {
  it('leaves unread what comes while it is held, and reads it all once it is released', async () => {
    const { socket, peer, seen } = await connect()
    seen.isHolding = true
    await send(peer, 'one')
    await send(peer, 'two')
    await send(peer, 'three')
    expect(seen.text).toContain('one')
    expect(seen.text).not.toContain('two')
    seen.isHolding = false
    socket.release()
    await until(() => seen.text.includes('three'), 'three')
    expect(seen.text).toContain('two')
  })

  it('stays paused when it is released meanwhile, and held when it is resumed', async () => {
    const { socket, peer, seen } = await connect()
    seen.isHolding = true
    await send(peer, 'one')
    socket.pause()
    socket.release()
    await send(peer, 'two')
    expect(seen.text).not.toContain('two')
    socket.resume()
    await until(() => seen.text.includes('two'), 'two')
    socket.pause()
    socket.resume()
    await send(peer, 'three')
    expect(seen.text).not.toContain('three')
    socket.release()
    await until(() => seen.text.includes('three'), 'three')
  })

  it('hears of the end once it is released', async () => {
    const { socket, peer, seen } = await connect()
    seen.isHolding = true
    await send(peer, 'one')
    peer.terminate()
    socket.release()
    await until(() => seen.end !== '', 'the end')
    expect(seen.end).toBe('ended without a close frame')
  })
})
