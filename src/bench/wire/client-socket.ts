import { createHash, randomBytes } from 'node:crypto'
import { connect as connectTcp, isIP, type Socket, type TcpNetConnectOpts } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { retryAfterMs } from '../../protocol/close-code.ts'
import { escapeUnsafe } from '../../protocol/escape-unsafe.ts'
import { httpAddress } from '../../protocol/http-address.ts'
import { encodeMasked, OPCODE } from './masked-frame.ts'

/** Why a socket ended. */
export interface SocketEnd {
  /** In words, the same for all that ended for the same reason. */
  readonly reason: string
  /** The close code that the server sent. */
  readonly code: number | undefined
  /** Whether this machine had no more descriptors, ports or memory: no fault of the server. */
  readonly isOurFault: boolean
  /** How long the server asked to stay away, in milliseconds. */
  readonly retryAfterMs: number | undefined
}

/** Hears of one socket. */
export interface SocketListener {
  /** Bytes of frames, `at` to `length`; they are overwritten once this returns. */
  onBytes(bytes: Buffer, at: number, length: number): void
  /** Once, at the end, whoever wanted it. */
  onEnd(end: SocketEnd): void
}

/** Where sockets connect to. */
export interface SocketTarget {
  readonly host: string
  readonly port: number
  readonly isTls: boolean
  /** The name and port as they were given, for the server behind them. */
  readonly authority: string
  /** What is asked for: the path, and the query that every connection begins its own with. */
  readonly path: string
  readonly query: string
  /** What the URL's userinfo says as a header. */
  readonly authorization: string | undefined
  /** Bits of the loopback network to connect from, so that ports do not run out; [] elsewhere. */
  readonly localAddresses: readonly string[]
}

/** Read into by all sockets of a thread, one after the other. */
const READ_BUFFER = Buffer.allocUnsafeSlow(256 * 1024)

/** One for all connections: it guards against caches, which a load test does not meet. */
const KEY = randomBytes(16).toString('base64')
const ACCEPT = createHash('sha1')
  .update(`${KEY}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
  .digest('base64')

const OUR_FAULTS = new Set(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM'])

const MAX_HANDSHAKE_BYTES = 16 * 1024

/** Reads the target out of a `ws://` or `wss://` URL. */
export function parseTarget(url: string, localAddresses: readonly string[] = []): SocketTarget {
  const { protocol, host, hostname, port, pathname, search } = new URL(url)
  const isTls = protocol === 'wss:'
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (isTls ? 443 : 80) : Number(port),
    isTls,
    authority: host,
    path: pathname,
    query: search,
    authorization: httpAddress(url).authorization,
    localAddresses,
  }
}

/**
 * A WebSocket as a load generator needs it: the handshake, masked frames out, and raw bytes in,
 * which are read into one buffer that all sockets share.
 */
export class ClientSocket {
  readonly #socket: Socket
  readonly #listener: SocketListener
  /** What came of the answer to the handshake; undefined once that is done. */
  #answer: string | undefined = ''
  #closeCode: number | undefined
  #failure: string | undefined
  #isOurFault = false
  #retryAfterMs: number | undefined
  #isEnded = false
  #isHeld = false
  #isPaused = false

  /** @param query stands after the path and the query of the target, from `?` on */
  constructor(target: SocketTarget, query: string, listener: SocketListener, serial = 0) {
    this.#listener = listener
    const { localAddresses } = target
    const options = {
      host: target.host,
      port: target.port,
      noDelay: true,
      ...(localAddresses.length === 0
        ? {}
        : { localAddress: localAddresses[serial % localAddresses.length]! }),
      onread: {
        buffer: READ_BUFFER,
        callback: (count: number, bytes: Uint8Array) => {
          this.#onRead(bytes as Buffer, count)
          return !this.#isHeld
        },
      },
    } satisfies TcpNetConnectOpts
    this.#socket = target.isTls
      ? connectTls({ ...options, ...(isIP(target.host) ? {} : { servername: target.host }) })
      : connectTcp(options)
    this.#socket.once(target.isTls ? 'secureConnect' : 'connect', () => {
      this.#socket.write(request(target, query))
    })
    this.#socket.on('error', (error: NodeJS.ErrnoException) => this.#onError(error))
    this.#socket.once('close', () => this.#end())
  }

  get isOpen(): boolean {
    return this.#answer === undefined && !this.#isEnded && this.#closeCode === undefined
  }

  /** Bytes that wait to be sent. */
  get backlogBytes(): number {
    return this.#socket.writableLength
  }

  sendText(text: string): void {
    this.#socket.write(encodeMasked(OPCODE.text, text))
  }

  /** Answers a ping. */
  pong(payload: Buffer): void {
    this.#socket.write(encodeMasked(OPCODE.pong, payload))
  }

  /** Sends a close frame; the server answers it and ends the connection. */
  close(): void {
    if (this.#answer !== undefined) this.terminate()
    else this.#socket.write(encodeMasked(OPCODE.close, Buffer.from([0x03, 0xe8])))
  }

  /** Takes note of the server's close frame, and ends. */
  onClose(payload: Buffer): void {
    this.#closeCode = payload.length >= 2 ? payload.readUInt16BE(0) : 1005
    const text = payload.subarray(2).toString()
    const words = escapeUnsafe(text.split(';')[0]!.slice(0, 60))
    this.#failure ??= `closed with ${this.#closeCode} ${words}`.trim()
    this.#retryAfterMs = retryAfterMs(text)
    this.#socket.end(encodeMasked(OPCODE.close, payload.subarray(0, 2)))
  }

  /** Cuts the connection, without a word. @param reason for a cut that is somebody's fault */
  terminate(reason?: string): void {
    if (reason !== undefined) this.#failure ??= reason
    this.#socket.destroy()
  }

  /** Reads no more until `resume`; what the server sends piles up on its side. */
  pause(): void {
    this.#isPaused = true
    this.#socket.pause()
  }

  resume(): void {
    this.#isPaused = false
    if (!this.#isHeld) this.#socket.resume()
  }

  /** Reads no more until `release`, from within `onBytes`: cheaper than `pause`. */
  hold(): void {
    this.#isHeld = true
  }

  release(): void {
    if (!this.#isHeld) return
    this.#isHeld = false
    if (!this.#isPaused) this.#socket.resume()
  }

  #onRead(bytes: Buffer, count: number): void {
    if (this.#answer === undefined) {
      this.#listener.onBytes(bytes, 0, count)
      return
    }
    const before = this.#answer.length
    this.#answer += bytes.toString('latin1', 0, count)
    const end = this.#answer.indexOf('\r\n\r\n')
    if (end < 0) {
      if (this.#answer.length > MAX_HANDSHAKE_BYTES) this.terminate('no WebSocket server')
      return
    }
    const head = this.#answer.slice(0, end)
    if (!this.#isAccepted(head)) {
      this.terminate()
      return
    }
    this.#answer = undefined
    const at = end + 4 - before
    if (at < count) this.#listener.onBytes(bytes, at, count)
  }

  #isAccepted(head: string): boolean {
    const status = /^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1]
    if (status === '101') {
      const accept = /^sec-websocket-accept:\s*(\S+)/im.exec(head)?.[1]
      if (accept === ACCEPT) return true
      this.#failure = 'handshake: wrong Sec-WebSocket-Accept'
      return false
    }
    this.#failure = status ? `handshake: HTTP ${status}` : 'no WebSocket server'
    const retryAfter = /^retry-after:\s*(\d+)/im.exec(head)?.[1]
    if (retryAfter !== undefined) this.#retryAfterMs = Number(retryAfter) * 1000
    return false
  }

  #onError(error: NodeJS.ErrnoException): void {
    const { code, message } = error
    if (code !== undefined && OUR_FAULTS.has(code)) this.#isOurFault = true
    this.#failure ??= code === undefined ? message : code
  }

  #end(): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#listener.onEnd({
      reason: this.#failure ?? 'ended without a close frame',
      code: this.#closeCode,
      isOurFault: this.#isOurFault,
      retryAfterMs: this.#retryAfterMs,
    })
  }
}

function request({ authority, path, query, authorization }: SocketTarget, own: string): string {
  return [
    `GET ${path}${query === '' ? own : `${query}&${own.slice(1)}`} HTTP/1.1`,
    `Host: ${authority}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${KEY}`,
    ...(authorization === undefined ? [] : [`Authorization: ${authorization}`]),
    '\r\n',
  ].join('\r\n')
}
