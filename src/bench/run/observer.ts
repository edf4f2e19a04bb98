import { crc32 } from 'node:zlib'
import { ChatwsError } from '../../protocol/error.ts'
import type { DurableFrame } from '../audit/audit.ts'
import { readContent } from '../audit/message-mark.ts'
import { GrowingArray } from '../generator/growing-array.ts'
import { ClientSocket, parseTarget, type SocketEnd } from '../wire/client-socket.ts'
import { type FrameExtent, readExtent } from '../wire/frame-header.ts'
import { OPCODE } from '../wire/masked-frame.ts'

/** The first frame that a server sends, as far as a load test needs it. */
export interface Greeting {
  readonly epoch: string
  readonly offset: number
  readonly online: readonly number[]
}

/** A connection of the load tester itself, beside those of its users. */
export class Observer {
  readonly greeting: Promise<Greeting>
  /** Resolves once all after `since` has come, or the connection is gone. */
  readonly resumed: Promise<boolean>
  /** What was read of the log: offset → checksum of the frame, header included. */
  readonly crcs = new GrowingArray()
  /** Offset → generator of this run that sent it, plus 1; 0 for everything else. */
  readonly generators = new GrowingArray()
  readonly serials = new GrowingArray()
  /** Users that are held online now. */
  readonly online = new Set<number>()
  readonly #clock: string
  readonly #socket: ClientSocket
  readonly #extent: FrameExtent = { payloadStart: 0, end: 0 }
  #carry: Buffer | undefined
  #onGreeting: (greeting: Greeting) => void = () => {}
  #onResumed: (isComplete: boolean) => void = () => {}
  #onFailed: (error: Error) => void = () => {}

  /** @param query stands after the path, from `?` on */
  constructor(url: string, query: string, clock: string, timeoutMs: number) {
    this.#clock = clock
    this.greeting = new Promise((resolve, reject) => {
      this.#onGreeting = resolve
      this.#onFailed = reject
    })
    this.greeting.catch(() => {})
    this.resumed = new Promise((resolve) => {
      this.#onResumed = resolve
    })
    this.#socket = new ClientSocket(parseTarget(url), query, {
      onOpen: () => {},
      onBytes: (bytes, at, length) => this.#onBytes(bytes, at, length),
      onEnd: (end) => this.#onEnd(url, end),
    })
    const seconds = Math.ceil(timeoutMs / 1000)
    const timer = setTimeout(
      () => this.#socket.terminate(`it did not greet a client within ${seconds} s`),
      timeoutMs,
    )
    void this.greeting.then(
      () => clearTimeout(timer),
      () => clearTimeout(timer),
    )
  }

  close(): void {
    this.#socket.terminate()
  }

  #onEnd(url: string, { reason }: SocketEnd): void {
    this.#onResumed(false)
    this.#onFailed(new ChatwsError('CONNECT_FAILED', `Cannot connect to ${url}: ${reason}`))
  }

  #onBytes(given: Buffer, from: number, until: number): void {
    const rest = given.subarray(from, until)
    const bytes = this.#carry ? Buffer.concat([this.#carry, rest]) : rest
    this.#carry = undefined
    const extent = this.#extent
    let at = 0
    while (readExtent(bytes, at, bytes.length, extent) && extent.end <= bytes.length) {
      const opcode = bytes[at]! & 0x0f
      const payload = bytes.subarray(extent.payloadStart, extent.end)
      if (opcode === OPCODE.ping) this.#socket.pong(Buffer.from(payload))
      else if (opcode === OPCODE.close) this.#socket.onClose(Buffer.from(payload))
      else this.#onFrame(bytes.subarray(at, extent.end), payload)
      at = extent.end
    }
    if (at < bytes.length) this.#carry = Buffer.from(bytes.subarray(at))
  }

  #onFrame(whole: Buffer, payload: Buffer): void {
    const frame = parseFrame(payload)
    if (!frame) {
      this.#socket.terminate('it sends what is no frame of chatws')
      return
    }
    const offset = frame.payload?.offset ?? (frame.type === 'REACTION' ? frame.offset : undefined)
    if (offset !== undefined) {
      this.crcs.set(offset, crc32(whole))
      const mark = readContent(frame.payload?.content ?? '')
      if (typeof mark === 'string' || mark.clock !== this.#clock) return
      this.generators.set(offset, mark.generator + 1)
      this.serials.set(offset, mark.serial)
      return
    }
    switch (frame.type) {
      case 'CONNECTION_ESTABLISHED':
        for (const userId of frame.online as number[]) this.online.add(userId)
        this.#onGreeting(frame as unknown as Greeting)
        break
      case 'USER_ONLINE':
        this.online.add(frame.userId as number)
        break
      case 'USER_OFFLINE':
        this.online.delete(frame.userId as number)
        break
      case 'RESUMED':
        this.#onResumed(true)
        break
      case 'RESUME_FAILED':
        this.#onResumed(false)
        break
    }
  }
}

/** Undefined when it is no JSON object. */
function parseFrame(payload: Buffer): (DurableFrame & Record<string, unknown>) | undefined {
  try {
    const frame = JSON.parse(payload.toString())
    return typeof frame === 'object' && frame !== null ? frame : undefined
  } catch {
    return undefined
  }
}
