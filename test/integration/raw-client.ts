import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createConnection, type Socket } from 'node:net'
import { until } from '../support/until.ts'

/** A bare TCP client that upgrades by hand and then never sends a byte: no pong, no close frame. */
export class RawClient {
  readonly socket: Socket
  /** Resolves when the server has cut the connection. */
  readonly cut: Promise<void>
  #received = ''

  constructor(port: number) {
    this.socket = createConnection({ host: '127.0.0.1', port, allowHalfOpen: true })
    this.socket.on('data', (data) => {
      this.#received += data.toString('latin1')
    })
    // A reset is one way of being cut.
    this.socket.on('error', () => {})
    this.cut = new Promise((resolve) => {
      this.socket.once('close', () => resolve())
      this.socket.once('end', () => resolve())
    })
  }

  /** Opens a TCP connection and says nothing. */
  static async open(port: number): Promise<RawClient> {
    const client = new RawClient(port)
    await once(client.socket, 'connect')
    return client
  }

  /** Asks for an upgrade of `/?query` and waits for the first frame's bytes behind it. */
  static async upgrade(port: number, query: string): Promise<RawClient> {
    const client = await RawClient.open(port)
    client.request(query)
    await until(() => /^HTTP\/1\.1 101 .*\r\n\r\n./s.test(client.received), 'the upgrade')
    return client
  }

  /** Everything received, one character a byte. */
  get received(): string {
    return this.#received
  }

  request(query: string, headers: Readonly<Record<string, string>> = {}): void {
    const more = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    this.socket.write(
      `GET /?${query} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\n` +
        'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
        `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n${more.join('')}\r\n`,
    )
  }

  /** Sends a text as one frame, masked with zeros. */
  send(text: string): void {
    const payload = Buffer.from(text)
    const header = Buffer.from([0x81, 0xfe, 0, 0, 0, 0, 0, 0])
    header.writeUInt16BE(payload.length, 2)
    this.socket.write(Buffer.concat([header, payload]))
  }

  close(): void {
    this.socket.destroy()
  }
}
