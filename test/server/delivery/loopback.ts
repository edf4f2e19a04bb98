import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { WebSocket, WebSocketServer } from 'ws'
import { Transport } from '../../../src/server/delivery/transport.ts'

/** One side is what a connection is built on, the other a `ws` client. */
export interface LoopbackPair {
  readonly transport: Transport
  /** The TCP socket under it. */
  readonly socket: Socket
  readonly client: WebSocket
}

/** Makes pairs of connected WebSockets over real sockets, as the server's endpoint does. */
export class Loopback {
  readonly #server: Server = createServer()
  readonly #upgrader = new WebSocketServer<typeof Transport>({
    noServer: true,
    perMessageDeflate: false,
    WebSocket: Transport,
  })
  readonly #pairs: LoopbackPair[] = []

  static async create(): Promise<Loopback> {
    const loopback = new Loopback()
    loopback.#server.listen(0, '127.0.0.1')
    await once(loopback.#server, 'listening')
    return loopback
  }

  async connect(): Promise<LoopbackPair> {
    const carried = new Promise<Omit<LoopbackPair, 'client'>>((resolve) => {
      this.#server.once('upgrade', (request, stream, head) => {
        this.#upgrader.handleUpgrade(request, stream, head, (transport) => {
          const socket = stream as Socket
          transport.carriedBy(socket)
          resolve({ transport, socket })
        })
      })
    })
    const { port } = this.#server.address() as AddressInfo
    const client = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false })
    await once(client, 'open')
    const pair = { ...(await carried), client }
    this.#pairs.push(pair)
    return pair
  }

  /** Cuts every pair and stops listening. */
  async close(): Promise<void> {
    for (const { transport, client } of this.#pairs) {
      transport.terminate()
      client.terminate()
    }
    this.#server.close()
    await once(this.#server, 'close')
  }
}
