import type { Socket } from 'node:net'
import { type RawData, WebSocket } from 'ws'
import { CloseCode } from '../../protocol/close-code.ts'
import { ChunkBlock } from '../frames/chunk-block.ts'
import { FrameScanner } from '../frames/frame-scanner.ts'
import { outOfPool } from '../frames/out-of-pool.ts'
import { TurnQueue } from './turn-queue.ts'

/**
 * Bytes that may wait in one socket before its connection is left to lag. It exceeds the socket's
 * own high-water mark, so that a socket which holds this much will emit `drain`.
 */
const BACKLOG_BYTES = 64 * 1024

/** How long a peer may take to answer a close frame. */
const CLOSE_TIMEOUT_MS = 2_000

/** Frames that may come before anyone listens: those of a token are few. */
const MAX_EARLY_FRAMES = 512

/** What is taken of one connection in a turn of the event loop, at most: half of a read. */
const TURN_BYTES = 32 * 1024

/** The same in frames: the smallest cost as much as others. */
const TURN_FRAMES = 256

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

type OnData = (this: Socket, bytes: Buffer) => void

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
  readonly #scanner = new FrameScanner()
  /** Small chunks of a payload that is not whole. */
  #block: ChunkBlock | undefined
  /** Whether what comes is left to wait until `resume`. */
  #isStopped = false
  #earlyFrames = 0

  /** Tells it, once, which TCP socket is under it. */
  carriedBy(socket: Socket): void {
    this.#socket = socket
    this.#socket.chatwsCarries = this
  }

  /**
   * From now on every frame counts, also those of which no message comes, and what comes at once is
   * handled over as many turns of the event loop as it takes: `ws` has no such bound, nor does it stop
   * within a read.
   */
  readInTurns(): void {
    this.on('ping', onPing)
    this.on('pong', onPong)
    onData.listener ??= this.#socket.listeners('data').at(-1) as OnData
    this.#socket.off('data', onData.listener)
    this.#socket.on('data', onData)
    this.#socket.prependListener('close', dropUnread)
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
    // Behind others they wait, for as long as the peer likes.
    this.#socket.write(this.#socket.writableLength > 0 ? outOfPool(frames) : frames)
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

  /** Takes what came, or as much of it as one turn may; the rest waits in the socket for the next. */
  take(bytes: Buffer): void {
    const scan = this.#scanner.scan(bytes.subarray(0, TURN_BYTES), TURN_FRAMES)
    if (scan.bytes < bytes.length) {
      // Neither does `ws` read on by itself now, after a chunk that is long for it.
      super.pause()
      this.#socket.unshift(bytes.subarray(scan.bytes))
      nextTurns.add(this)
    }
    this.#handOn(bytes.subarray(0, scan.bytes), scan.isInside)
    if (scan.fragments > 0) this.countBare(scan.fragments)
  }

  /** Leaves what comes to wait, but for what one turn has begun with. */
  override pause(): void {
    this.#isStopped = true
    super.pause()
  }

  override resume(): void {
    this.#isStopped = false
    if (this.#socket.readableLength > 0) nextTurns.add(this)
    else if (!nextTurns.has(this)) super.resume()
  }

  /** Reads what waits, which is its turn, and then on, unless it is paused or some waits again. */
  goOn(): void {
    // In flowing mode all that waits would be read in this turn. To read all of it now would have more
    // come from the network, each time, than a turn may take.
    const bytes = Math.min(this.#socket.readableLength, TURN_BYTES)
    if (!this.#isStopped && bytes > 0) this.#socket.read(bytes)
    if (!this.#isStopped) this.resume()
  }

  #handOn(part: Buffer, isInside: boolean): void {
    const isGathered = isInside && ChunkBlock.isFor(part)
    if (isGathered) {
      this.#block ??= new ChunkBlock()
      this.#block.add(part)
    }
    if (this.#block && (!isGathered || this.#block.isFull)) {
      onData.listener!.call(this.#socket, this.#block.bytes)
      this.#block = undefined
    }
    if (!isGathered) onData.listener!.call(this.#socket, part)
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

/**
 * Stands where the listener of `ws` stood, which is its `listener` as if it were wrapped: where `ws` takes
 * that away, as it does at an error, a close frame and the end, this goes.
 */
const onData: OnData & { listener?: OnData } = function (this: CarryingSocket, bytes) {
  this.chatwsCarries!.take(bytes)
}

/** What nobody will be answered is not read: `ws` would read all of it at once. */
function dropUnread(this: Socket): void {
  this.read()
}

/** One connection a turn, so that floods of many take no longer turns than the flood of one. */
const nextTurns = new TurnQueue<Transport>((transport) => transport.goOn())

function onClose(this: WebSocket): void {
  const { listener } = this as Transport
  listener!.onClose()
}

function onDrain(this: CarryingSocket): void {
  this.chatwsCarries!.listener!.onDrain()
}
