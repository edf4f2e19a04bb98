import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { WebSocket, WebSocketServer } from 'ws'
import type { Transport } from '../../../src/server/delivery/connection.ts'

/** One side is what a connection is built on, the other a `ws` client. */
export interface LoopbackPair {
  readonly transport: Transport
  readonly client: WebSocket
}

/** Makes pairs of connected WebSockets over real sockets, as the server's endpoint does. */
export class Loopback {
  readonly #server: Server = createServer()
  readonly #upgrader = new WebSocketServer({ noServer: true, perMessageDeflate: false })
  readonly #pairs: LoopbackPair[] = []

  static async create(): Promise<Loopback> {
    const loopback = new Loopback()
    loopback.#server.listen(0, '127.0.0.1')
    await once(loopback.#server, 'listening')
    return loopback
  }

  async connect(): Promise<LoopbackPair> {
    const transport = new Promise<Transport>((resolve) => {
      this.#server.once('upgrade', (request, socket, head) => {
        this.#upgrader.handleUpgrade(request, socket, head, (webSocket) =>
          resolve({ webSocket, socket: socket as Socket }),
        )
      })
    })
    const { port } = this.#server.address() as AddressInfo
    const client = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false })
    await once(client, 'open')
    const pair = { transport: await transport, client }
    this.#pairs.push(pair)
    return pair
  }

  /** Cuts every pair and stops listening. */
  async close(): Promise<void> {
    for (const { transport, client } of this.#pairs) {
      transport.webSocket.terminate()
      client.terminate()
    }
    this.#server.close()
    await once(this.#server, 'close')
  }
}
