import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket, WebSocketServer } from 'ws'

/**
 * What the proxy sends on instead of a frame of the server's: none, one or several, at once or
 * after a while, in which nothing else of the connection is sent on.
 */
export type Tamper = (
  frame: string,
  connection: number,
) => string[] | { readonly delayMs: number; readonly frames: string[] }

/** A proxy between clients and a server that may change what the server sends. */
export interface TamperingProxy {
  readonly url: string
  /** Cuts every connection, without a close frame. */
  cutAll(): void
  close(): Promise<void>
}

/**
 * Starts a proxy in front of the server at `target` (a URL that ends with a slash, asked for at
 * each connection if it is a function); connections are numbered from 0.
 */
export async function startTamperingProxy(
  target: string | (() => string),
  tamper: Tamper,
): Promise<TamperingProxy> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  let connections = 0
  server.on('connection', (client, request) => {
    const index = connections++
    const base = typeof target === 'string' ? target : target()
    const upstream = new WebSocket(`${base}${request.url?.slice(1)}`)
    const opened = once(upstream, 'open')
    client.on('message', async (data) => {
      await opened
      upstream.send(String(data))
    })
    let lastSent: Promise<void> = Promise.resolve()
    let delayed = 0
    const send = (frames: readonly string[]) => {
      for (const frame of frames) client.send(frame)
    }
    upstream.on('message', (data) => {
      const change = tamper(String(data), index)
      const { delayMs, frames } = Array.isArray(change) ? { delayMs: 0, frames: change } : change
      if (delayMs === 0 && delayed === 0) {
        send(frames)
        return
      }
      delayed += 1
      lastSent = lastSent.then(async () => {
        if (delayMs > 0) await sleep(delayMs)
        send(frames)
        delayed -= 1
      })
    })
    client.on('close', () => upstream.close())
    upstream.on('close', () => client.close())
    for (const socket of [client, upstream]) socket.on('error', () => {})
  })
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cutAll() {
      for (const client of server.clients) client.terminate()
    },
    async close() {
      for (const client of server.clients) client.terminate()
      server.close()
      await once(server, 'close')
    },
  }
}
