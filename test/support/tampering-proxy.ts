import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket, WebSocketServer } from 'ws'

/** A text frame, or bytes as they are to stand on the wire. */
export type Wire = string | Buffer

const TURN_MS = 20

/** Who is at the other end of a connection, and whether it resumes with it. */
export interface ProxyClient {
  readonly userId: number
  readonly isResuming: boolean
}

/**
 * What the proxy sends on instead of a frame of the server's: none, one or several, at once or
 * after a while, in which nothing else of the connection is sent on.
 */
export type Tamper = (
  frame: string,
  connection: number,
  client: ProxyClient,
) => readonly Wire[] | { readonly delayMs: number; readonly frames: readonly Wire[] }

/** What else a proxy may change. */
export interface TamperingOptions {
  /** What it sends on instead of a frame of a client's. */
  readonly tamperSent?: (
    frame: string,
    connection: number,
    client: ProxyClient,
  ) => readonly string[]
  /** Changes the server's answer to `GET /stats`. */
  readonly tamperStats?: (stats: Record<string, unknown>) => Record<string, unknown>
}

/** A proxy between clients and a server that may change what they send. */
export interface TamperingProxy {
  readonly url: string
  /** How often this thread has come by since the last frame did: a slow machine is no quiet one. */
  readonly quietTurns: number
  /** Cuts every connection, without a close frame. */
  cutAll(): void
  /** Cuts one connection. */
  cut(connection: number): void
  close(): Promise<void>
}

/**
 * Starts a proxy in front of the server at `target` (a URL that ends with a slash, asked for at
 * each connection if it is a function); connections are numbered from 0.
 */
export async function startTamperingProxy(
  target: string | (() => string),
  tamper: Tamper,
  { tamperSent, tamperStats = (stats) => stats }: TamperingOptions = {},
): Promise<TamperingProxy> {
  const base = () => (typeof target === 'string' ? target : target())
  const http = createServer(async (request, response) => {
    const answer = await fetch(`${base().replace(/^ws/, 'http')}${request.url?.slice(1)}`)
    const body = (await answer.json()) as Record<string, unknown>
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(request.url === '/stats' ? tamperStats(body) : body))
  })
  const server = new WebSocketServer({ server: http })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const clients: WebSocket[] = []
  let quietTurns = 0
  const turning = setInterval(() => {
    quietTurns += 1
  }, TURN_MS)
  server.on('connection', (client, request) => {
    const index = clients.push(client) - 1
    const who = {
      userId: Number(/userId=(\d+)/.exec(request.url!)?.[1]),
      isResuming: /since=/.test(request.url!),
    }
    const upstream = new WebSocket(`${base()}${request.url?.slice(1)}`)
    const opened = once(upstream, 'open')
    opened.catch(() => {})
    client.on('message', async (data) => {
      await opened
      quietTurns = 0
      for (const frame of tamperSent?.(String(data), index, who) ?? [String(data)])
        upstream.send(frame)
    })
    let lastSent: Promise<void> = Promise.resolve()
    let delayed = 0
    const send = (frames: readonly Wire[]) => {
      // What is no frame goes past ws, which has nothing waiting: it writes at once.
      for (const frame of frames)
        if (typeof frame === 'string') client.send(frame)
        else if (client.readyState === WebSocket.OPEN) request.socket.write(frame)
    }
    upstream.on('message', (data) => {
      quietTurns = 0
      const change = tamper(String(data), index, who)
      const isDelayed = 'delayMs' in change
      const frames = isDelayed ? change.frames : change
      if (!isDelayed && delayed === 0) {
        send(frames)
        return
      }
      delayed += 1
      lastSent = lastSent.then(async () => {
        if (isDelayed) await sleep(change.delayMs)
        send(frames)
        delayed -= 1
      })
    })
    client.on('close', () => upstream.close())
    upstream.on('close', () => client.close())
    for (const socket of [client, upstream]) socket.on('error', () => {})
  })
  return {
    url: `ws://127.0.0.1:${(http.address() as AddressInfo).port}`,
    get quietTurns() {
      return quietTurns
    },
    cutAll() {
      for (const client of clients) client.terminate()
    },
    cut(connection) {
      clients[connection]!.terminate()
    },
    async close() {
      clearInterval(turning)
      for (const client of clients) client.terminate()
      server.close()
      http.closeAllConnections()
      http.close()
      await once(http, 'close')
    },
  }
}
