import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { Probe } from '../../../src/bench/probe/probe.ts'

async function serverThat(greets: (socket: WebSocket) => void): Promise<string> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  server.on('connection', greets)
  await once(server, 'listening')
  onTestFinished(() => {
    for (const client of server.clients) client.terminate()
    server.close()
  })
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`
}

it.each(['hello', '42', 'null', '{'])('says that a server is none of chatws: %s', async (text) => {
  const url = await serverThat((socket) => socket.send(text))
  const { greeting } = new Probe(url, '?userId=1', 30_000)
  await expect(greeting).rejects.toThrow(`Cannot connect to ${url}: `)
  await expect(greeting).rejects.toMatchObject({ code: 'CONNECT_FAILED' })
})

it('says where tokens can be given to a server that asks for one', async () => {
  const url = await serverThat((socket) => socket.close(4501, 'Token required'))
  const { greeting } = new Probe(url, '?userId=1', 30_000)
  await expect(greeting).rejects.toThrow(/closed with 4501 Token required; users\.feed of the scen/)
})

it('says that a server does not greet', async () => {
  const url = await serverThat(() => {})
  const { greeting } = new Probe(url, '?userId=1', 1)
  await expect(greeting).rejects.toThrow(`${url}: it did not greet a client within 1 s`)
})
