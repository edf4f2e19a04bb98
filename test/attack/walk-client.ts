import { WebSocket } from 'ws'
import type { ServerFrame } from '../../src/protocol/server-frames.ts'

/** A connection of a walk: what it is sent is kept until it is taken. */
export class WalkClient {
  readonly userId: number
  readonly #socket: WebSocket
  readonly #waiting = new Map<string, (frame: ServerFrame) => void>()
  #frames: ServerFrame[] = []
  #asked = 0
  #wanted: ReadonlySet<string> | undefined
  /** The code and reason it was closed with. */
  readonly closed: Promise<{ code: number; reason: string }>
  epoch = ''
  /** The highest offset that it was told of. */
  offset = 0

  private constructor(url: string, userId: number) {
    this.userId = userId
    this.#socket = new WebSocket(url, { perMessageDeflate: false })
    this.#socket.on('message', (data) => this.#take(JSON.parse(String(data))))
    this.#socket.on('error', () => {})
    this.closed = new Promise((resolve) => {
      this.#socket.on('close', (code, reason) => resolve({ code, reason: String(reason) }))
    })
  }

  static async open(
    url: string,
    userId: number,
    since?: { offset: number; epoch: string },
    token?: string,
  ): Promise<WalkClient> {
    const resume = since ? `&since=${since.offset}&epoch=${since.epoch}` : ''
    const proof = token === undefined ? '' : `&token=${token}`
    const client = new WalkClient(`${url}?userId=${userId}${resume}${proof}`, userId)
    await new Promise<void>((resolve) => {
      client.#waiting.set('CONNECTION_ESTABLISHED', () => resolve())
    })
    return client
  }

  send(frame: object): void {
    this.#socket.send(JSON.stringify(frame))
  }

  /** Sends a frame that is answered, and resolves with the answer. */
  ask(frame: object): Promise<ServerFrame> {
    this.#asked += 1
    const name = `${this.userId}-${process.pid}-${Date.now()}-${this.#asked}`
    return new Promise((resolve) => {
      this.#waiting.set(name, resolve)
      this.send({ ...frame, client_id: name })
    })
  }

  /** Resolves when all that the server had for it has come: what it is owed goes before the pong. */
  async barrier(): Promise<void> {
    // Twice: what a flush brings in one turn may follow a pong of the same turn.
    for (let i = 0; i < 2; i += 1)
      await new Promise<void>((resolve) => {
        this.#waiting.set('PONG', () => resolve())
        this.send({ type: 'PING', t: i })
      })
  }

  /** Resolves when it was sent all that it missed, or told that it cannot be. */
  async caughtUp(): Promise<void> {
    const isEnd = ({ type }: ServerFrame) => type === 'RESUMED' || type === 'RESUME_FAILED'
    do await this.barrier()
    while (!this.#frames.some(isEnd))
  }

  /** The frames since the last time. */
  take(): ServerFrame[] {
    const frames = this.#frames
    this.#frames = []
    return frames
  }

  peek(): readonly ServerFrame[] {
    return this.#frames
  }

  /** Notes up to where it has been told of everything. */
  noteOffsets(frames: readonly ServerFrame[]): void {
    for (const frame of frames) {
      const told = 'payload' in frame ? frame.payload : frame
      const { offset } = told as { offset?: unknown }
      if (typeof offset === 'number') this.offset = Math.max(this.offset, offset)
      if (frame.type === 'CONNECTION_ESTABLISHED') this.epoch = frame.epoch
    }
  }

  /** It asked for some chats (`chatKey`s), or all again. */
  narrow(wanted: ReadonlySet<string> | undefined): void {
    this.#wanted = wanted
  }

  wants(chat: string): boolean {
    return !this.#wanted || this.#wanted.has(chat)
  }

  async close(): Promise<void> {
    this.#socket.close()
    await this.closed
  }

  #take(frame: ServerFrame): void {
    this.#frames.push(frame)
    const { client_id, ref, type } = frame as { client_id?: string; ref?: string; type: string }
    const name = client_id ?? ref ?? type
    const waiting = this.#waiting.get(name)
    this.#waiting.delete(name)
    waiting?.(frame)
  }
}
