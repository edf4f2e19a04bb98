import type { Socket } from 'node:net'
import { type RawData, WebSocket } from 'ws'
import { CloseCode } from '../../protocol/close-code.ts'
import { FragmentCounter } from '../frames/fragment-counter.ts'

/**
 * Bytes that may wait in one socket before its connection is left to lag. It exceeds the socket's
 * own high-water mark, so that a socket which holds this much will emit `drain`.
 */
const BACKLOG_BYTES = 64 * 1024

/** How long a peer may take to answer a close frame. */
const CLOSE_TIMEOUT_MS = 2_000

/** Frames that may come before anyone listens: those of a token are few. */
const MAX_EARLY_FRAMES = 512

/** Hears what comes of a transport. */
export interface TransportListener {
  onMessage(data: RawData, isBinary: boolean): void
  onPong(): void
  /** Frames came of which no message comes: pings, and fragments but for the last. */
  onBareFrames(count: number): void
  /** The socket takes more again. */
  onDrain(): void
  onClose(): void
}

/** A TCP socket that knows which transport it carries. */
interface CarryingSocket extends Socket {
  chatwsCarries?: Transport
}

/**
 * What carries a connection: a WebSocket, and the TCP socket under it. Encoded frames go straight
 * to that socket, past `ws`. Both write whole frames synchronously (per-message deflate is off),
 * so frames never interleave. No other file knows this.
 *
 * All transports share the same listeners: thousands of closures would cost more memory than the
 * connections themselves.
 */
export class Transport extends WebSocket {
  #socket!: CarryingSocket
  #listener: TransportListener | undefined
  readonly #fragments = new FragmentCounter()
  #earlyFrames = 0

  /** Tells it, once, which TCP socket is under it. */
  carriedBy(socket: Socket): void {
    this.#socket = socket
    this.#socket.chatwsCarries = this
  }

  /** Counts from now on the frames of which no message comes, too. */
  countFrames(): void {
    this.on('ping', onPing)
    this.on('pong', onPong)
    this.#socket.on('data', onData)
  }

  /** Tells a listener what comes from now on. */
  listen(listener: TransportListener): void {
    this.#listener = listener
    this.on('message', onMessage)
    this.on('close', onClose)
    this.#socket.on('drain', onDrain)
  }

  /** Shows all bytes that go to the socket from now on, before they do. */
  watch(see: (bytes: Buffer) => void): void {
    const socket = this.#socket
    const write = socket.write.bind(socket) as (...args: unknown[]) => boolean
    socket.write = (bytes: Uint8Array | string, ...rest: unknown[]) => {
      see(typeof bytes === 'string' ? Buffer.from(bytes) : (bytes as Buffer))
      return write(bytes, ...rest)
    }
  }

  get isOpen(): boolean {
    return this.readyState === WebSocket.OPEN
  }

  /** Whether the socket takes more for now. */
  get hasRoom(): boolean {
    return this.#socket.writableLength < BACKLOG_BYTES
  }

  /** Bytes that the network has taken so far. */
  get takenBytes(): number {
    return this.#socket.bytesWritten - this.#socket.writableLength
  }

  /** Sends encoded frames. */
  write(frames: Buffer): void {
    this.#socket.write(frames)
  }

  /** Corked, several writes become one system call; a single one is cheaper without. */
  cork(): void {
    this.#socket.cork()
  }

  uncork(): void {
    this.#socket.uncork()
  }

  /** Closes it; a peer that does not answer the close frame within two seconds is cut off. */
  closeWith({ code, reason }: CloseCode): void {
    this.close(code, reason)
    setTimeout(() => this.terminate(), CLOSE_TIMEOUT_MS).unref()
  }

  /** Who hears what comes, once somebody does. */
  get listener(): TransportListener | undefined {
    return this.#listener
  }

  /** Counts the frames in bytes that came of which no message comes. */
  countFragments(bytes: Buffer): void {
    const count = this.#fragments.count(bytes)
    if (count > 0) this.countBare(count)
  }

  /** Counts frames of which no message comes; before anyone listens, too many end it. */
  countBare(count: number): void {
    if (this.#listener) {
      this.#listener.onBareFrames(count)
      return
    }
    this.#earlyFrames += count
    if (this.#earlyFrames <= MAX_EARLY_FRAMES || !this.isOpen) return
    this.closeWith(CloseCode.abuse)
    this.pause()
  }
}

function onMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
  const { listener } = this as Transport
  listener!.onMessage(data, isBinary)
}

function onPing(this: WebSocket): void {
  ;(this as Transport).countBare(1)
}

function onPong(this: WebSocket): void {
  const transport = this as Transport
  if (transport.listener) transport.listener.onPong()
  else transport.countBare(1)
}

function onData(this: CarryingSocket, bytes: Buffer): void {
  this.chatwsCarries!.countFragments(bytes)
}

function onClose(this: WebSocket): void {
  const { listener } = this as Transport
  listener!.onClose()
}

function onDrain(this: CarryingSocket): void {
  this.chatwsCarries!.listener!.onDrain()
}
