import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createConnection } from 'node:net'
import { FrameSplitter } from '../../dist/server/websocket/frame-splitter.js'

const CLOSE = 8

/** A TCP socket that may speak HTTP and WebSocket as badly as it likes. */
export class RawSocket {
  /** Resolves to how it ended: `closed <code>`, `answered <status>`, `cut off` or `left`. */
  ended
  isOver = false
  /** Told each text that comes. */
  onText = () => {}
  #socket
  #head = ''
  #splitter
  #code
  #hasLeft = false

  constructor(port) {
    this.#socket = createConnection({ host: '127.0.0.1', port })
    this.#socket.on('data', (bytes) => this.#read(bytes))
    this.#socket.on('error', () => {})
    this.ended = once(this.#socket, 'close').then(() => {
      this.isOver = true
      return this.#outcome()
    })
  }

  /** Asks for an upgrade; the WebSocket is open once `greeted` resolves. */
  static upgrade(port, query) {
    const socket = new RawSocket(port)
    void socket.write(
      `GET /?${query} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
    )
    return socket
  }

  /** Resolves when what is written was taken, or when it is over. */
  async write(bytes) {
    if (this.isOver || this.#socket.destroyed) return
    // An error is followed by the end.
    const drained = () => once(this.#socket, 'drain').catch(() => this.ended)
    if (!this.#socket.write(bytes)) await Promise.race([drained(), this.ended])
  }

  /** Writes the same over and over, as fast as it is taken, until it is over. */
  async flood(bytes) {
    while (!this.isOver) {
      await this.write(bytes)
      await new Promise(setImmediate)
    }
  }

  /** Reads no more. */
  stall() {
    this.#socket.pause()
  }

  leave() {
    this.#hasLeft = true
    this.#socket.destroy()
  }

  #read(bytes) {
    let rest = bytes
    if (!this.#splitter) {
      this.#head += bytes.toString('latin1')
      const end = this.#head.indexOf('\r\n\r\n')
      if (end < 0 || !this.#head.startsWith('HTTP/1.1 101')) return
      this.#splitter = new FrameSplitter()
      rest = Buffer.from(this.#head.slice(end + 4), 'latin1')
    }
    for (const { opcode, payload } of this.#splitter.split(rest)) {
      if (opcode !== CLOSE) this.onText(payload)
      else {
        this.#code = payload.readUInt16BE(0)
        this.#socket.destroy()
      }
    }
  }

  #outcome() {
    if (this.#code) return `closed ${this.#code}`
    if (this.#hasLeft) return 'left'
    const status = /^HTTP\/1\.1 (\d+)/.exec(this.#head)?.[1]
    return status && status !== '101' ? `answered ${status}` : 'cut off'
  }
}

/** The bytes of a frame as clients send it, with a mask of zeros (RFC 6455, section 5.2). */
export function clientFrame(opcode, text, isFinal = true) {
  const payload = Buffer.from(text)
  const header = Buffer.alloc(payload.length < 126 ? 6 : 8)
  header[0] = (isFinal ? 0x80 : 0) | opcode
  header[1] = 0x80 | Math.min(payload.length, 126)
  if (payload.length >= 126) header.writeUInt16BE(payload.length, 2)
  return Buffer.concat([header, payload])
}
