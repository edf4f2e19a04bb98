import { CloseCode } from '../../protocol/close-code.ts'
import { ChatwsError } from '../../protocol/error.ts'
import { hidePassword } from '../../protocol/hide-password.ts'
import { type ParsedFrame, parseFrame } from '../audit/parsed-frame.ts'
import type { Population } from '../schedule/population.ts'
import { ClientSocket, parseTarget, type SocketEnd } from '../wire/client-socket.ts'
import { beginsFragments, continuesFragments, Fragments } from '../wire/fragments.ts'
import { type FrameExtent, readExtent } from '../wire/frame-header.ts'
import { OPCODE } from '../wire/masked-frame.ts'

/** How far the probe's id is from those of the users. */
const DISTANCE = 1_000_003

/** The first frame that a server sends, as far as a load test needs it. */
export interface Greeting {
  readonly offset: number
  readonly online: readonly number[]
  /** `members` where chats have members. */
  readonly access?: string
}

/** Hears of what else a probe is sent, and of its end. */
export interface ProbeListener {
  onFrame(frame: ParsedFrame): void
  onEnd(error: Error): void
}

/** A connection of the load tester itself, beside those of its users. */
export class Probe {
  readonly greeting: Promise<Greeting>
  /** Users that are held online now. */
  readonly online = new Set<number>()
  readonly #socket: ClientSocket
  readonly #listener: ProbeListener | undefined
  readonly #extent: FrameExtent = { payloadStart: 0, end: 0 }
  #carry: Buffer | undefined
  #fragments: Fragments | undefined
  #isGreeted = false
  #onGreeting: (greeting: Greeting) => void = () => {}
  #onFailed: (error: Error) => void = () => {}

  /** @param query stands after the path, from `?` on */
  constructor(url: string, query: string, timeoutMs: number, listener?: ProbeListener) {
    this.#listener = listener
    this.greeting = new Promise((resolve, reject) => {
      this.#onGreeting = resolve
      this.#onFailed = reject
    })
    this.greeting.catch(() => {})
    this.#socket = new ClientSocket(parseTarget(url), query, {
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

  /** Sends the text of a frame. */
  send(text: string): void {
    this.#socket.sendText(text)
  }

  close(): void {
    this.#socket.terminate()
  }

  #onEnd(url: string, { reason, code }: SocketEnd): void {
    const needsToken = code === CloseCode.tokenRequired.code
    const hint = needsToken ? '; users.feed of the scenario may name a file with tokens' : ''
    const where = hidePassword(url)
    const error = `Cannot connect to ${where}: ${reason}${hint}`
    this.#onFailed(new ChatwsError('CONNECT_FAILED', error))
    this.#listener?.onEnd(new Error(reason))
  }

  #onBytes(given: Buffer, from: number, until: number): void {
    const rest = given.subarray(from, until)
    const bytes = this.#carry ? Buffer.concat([this.#carry, rest]) : rest
    this.#carry = undefined
    const extent = this.#extent
    let at = 0
    while (readExtent(bytes, at, bytes.length, extent) && extent.end <= bytes.length) {
      const { payloadStart, end } = extent
      this.#onPart(bytes[at]!, bytes.subarray(payloadStart, end))
      at = end
    }
    if (at < bytes.length) this.#carry = Buffer.from(bytes.subarray(at))
  }

  /** Takes in a frame, which may be a part of a message only. */
  #onPart(firstByte: number, payload: Buffer): void {
    const opcode = firstByte & 0x0f
    if (opcode === OPCODE.ping) this.#socket.pong(Buffer.from(payload))
    else if (opcode === OPCODE.close) this.#socket.onClose(Buffer.from(payload))
    else if (beginsFragments(firstByte) || (this.#fragments && continuesFragments(firstByte))) {
      if (beginsFragments(firstByte)) this.#fragments = new Fragments(firstByte)
      if (!this.#fragments!.add(firstByte, payload)) return
      this.#onMessage(this.#fragments!.payload)
      this.#fragments = undefined
    } else this.#onMessage(payload)
  }

  #onMessage(payload: Buffer): void {
    const frame = parseFrame(payload, 0, payload.length)
    if (!frame && !this.#isGreeted) this.#socket.terminate('it sends what is no frame of chatws')
    switch (frame?.type) {
      case 'CONNECTION_ESTABLISHED':
        this.#isGreeted = true
        for (const userId of frame.online as number[]) this.online.add(userId)
        this.#onGreeting(frame as unknown as Greeting)
        break
      case 'USER_ONLINE':
        this.online.add(frame.userId as number)
        break
      case 'USER_OFFLINE':
        this.online.delete(frame.userId as number)
        break
      default:
        if (frame) this.#listener?.onFrame(frame)
    }
  }
}

/** The query of a user that takes no part in the load, so that nobody mistakes it for one that does. */
export function chooseProbeQuery(population: Population): string {
  const first = population.idOf(0)
  // Where tokens are needed, only those of the feed are known.
  if (population.tokenOf(0) !== undefined) return population.queryOf(0)
  const last = Math.max(population.idOf(population.size - 1), first)
  const above = last + DISTANCE
  // Where their ids are the greatest there are, those below are free.
  return `?userId=${Number.isSafeInteger(above) ? above : last - population.size - DISTANCE}`
}
