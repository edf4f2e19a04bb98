import { WebSocket } from 'ws'
import type { ClientFrame } from '../protocol/client-frames.ts'
import { ChatwsError } from '../protocol/error.ts'
import type { ServerFrame } from '../protocol/server-frames.ts'

/** How long the server has to accept and greet a connection. */
const CONNECT_TIMEOUT_MS = 30_000

/** One simulated connection: a socket that reports every frame, and its own unexpected end. */
export class BenchConnection {
  readonly #socket: WebSocket
  readonly #closed: Promise<void>
  readonly #greeting: Promise<void>
  #isClosing = false
  #lost: string | undefined

  /** @param onFrame is called for every frame, the greeting included */
  constructor(url: string, userId: number, onFrame: (frame: ServerFrame) => void) {
    const socket = new WebSocket(`${url}?userId=${userId}`, {
      perMessageDeflate: false,
      handshakeTimeout: CONNECT_TIMEOUT_MS,
    })
    this.#socket = socket
    this.#greeting = new Promise((resolve) => {
      socket.once('message', () => resolve())
    })
    socket.on('message', (data) => onFrame(JSON.parse(String(data)) as ServerFrame))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#lost ??= error.message || error.code || 'connection failed'
    })
    this.#closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        if (!this.#isClosing) this.#lost ??= `closed with ${code} ${reason}`.trim()
        resolve()
      })
    })
  }

  /** Why it ended although nobody asked it to; undefined while it has not. */
  get lost(): string | undefined {
    return this.#lost
  }

  /** Resolves once the server has greeted it; throws CONNECT_FAILED when it closes before. */
  async greeted(): Promise<void> {
    const isOpen = await Promise.race([
      this.#greeting.then(() => true),
      this.#closed.then(() => false),
    ])
    if (!isOpen) throw new ChatwsError('CONNECT_FAILED', this.#lost ?? 'closed')
  }

  /** Sends a frame; false when the connection is gone. */
  send(frame: ClientFrame): boolean {
    if (this.#socket.readyState !== WebSocket.OPEN) return false
    this.#socket.send(JSON.stringify(frame))
    return true
  }

  /** Closes; a server that does not agree within `timeoutMs` is cut off. */
  async close(timeoutMs: number): Promise<void> {
    const timer = setTimeout(() => this.#socket.terminate(), timeoutMs)
    this.#isClosing = true
    this.#socket.close(1000)
    await this.#closed
    clearTimeout(timer)
  }

  /** Cuts the connection at once. */
  terminate(): void {
    this.#isClosing = true
    this.#socket.terminate()
  }
}
