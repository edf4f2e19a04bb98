import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A way to a server that can die as networks do: nothing comes through, and nobody is told. */
export interface FrozenNetwork {
  readonly port: number
  /** From now on nothing comes through on what is open; what is opened later goes through. */
  freeze(): void
  close(): Promise<void>
}

/** Starts a proxy of bytes in front of a port of this machine. */
export async function startFrozenNetwork(target: number): Promise<FrozenNetwork> {
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1')
    client.pipe(upstream).pipe(client)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    freeze: () => {
      for (const socket of sockets) socket.unpipe().removeAllListeners('data').resume()
    },
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
