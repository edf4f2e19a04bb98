import type { SocketEnd, SocketListener } from '../wire/client-socket.ts'

/** Passes on what one socket of a connection tells, until the connection has another. */
export class Gate implements SocketListener {
  isOpen = true
  readonly #connection: Pick<SocketListener, 'onBytes' | 'onEnd'>

  constructor(connection: Pick<SocketListener, 'onBytes' | 'onEnd'>) {
    this.#connection = connection
  }

  onOpen(): void {}

  onBytes(bytes: Buffer, at: number, length: number): void {
    if (this.isOpen) this.#connection.onBytes(bytes, at, length)
  }

  onEnd(end: SocketEnd): void {
    if (this.isOpen) this.#connection.onEnd(end)
  }
}
