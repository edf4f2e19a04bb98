import { WebSocket } from 'ws'
import { ServerFrame } from '../../src/protocol/server-frames.ts'
import { until } from './until.ts'

/** The frame of one type. */
type FrameOf<Type extends ServerFrame['type']> = Extract<ServerFrame, { type: Type }>

export interface WireClientOptions {
  /** Subprotocols to offer. */
  readonly protocols?: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
}

/** A bare WebSocket that keeps every frame it gets, each checked against the protocol. */
export class WireClient {
  readonly socket: WebSocket
  readonly frames: ServerFrame[] = []
  /** The code and reason it was closed with. */
  readonly closed: Promise<{ code: number; reason: string }>

  constructor(url: string, options: WireClientOptions = {}) {
    const { protocols = [], headers = {} } = options
    this.socket = new WebSocket(url, [...protocols], { perMessageDeflate: false, headers })
    this.socket.on('message', (data) => {
      this.frames.push(ServerFrame.parse(JSON.parse(String(data))))
    })
    // What went wrong is seen by the code of the close that follows.
    this.socket.on('error', () => {})
    this.closed = new Promise((resolve) => {
      this.socket.on('close', (code, reason) => resolve({ code, reason: String(reason) }))
    })
  }

  /** Connects as a user and waits for the greeting. */
  static async connect(url: string, userId: number): Promise<WireClient> {
    const client = new WireClient(`${url}?userId=${userId}`)
    await client.next('CONNECTION_ESTABLISHED')
    return client
  }

  /** Sends an object as JSON, and anything else as it is. */
  send(frame: object | string): void {
    this.socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame))
  }

  /** The frames of a type so far, in order. */
  all<Type extends ServerFrame['type']>(type: Type): FrameOf<Type>[] {
    return this.frames.filter((frame): frame is FrameOf<Type> => frame.type === type)
  }

  /** Waits for the `count`-th frame of a type, from 1. */
  async next<Type extends ServerFrame['type']>(type: Type, count = 1): Promise<FrameOf<Type>> {
    await until(() => this.all(type).length >= count, `frame ${count} of type ${type}`)
    return this.all(type)[count - 1]!
  }

  async close(): Promise<void> {
    this.socket.close()
    await this.closed
  }
}
