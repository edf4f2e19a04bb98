import type { Receiver } from '../audit/receiver.ts'
import { nowUs } from '../clock.ts'
import {
  ClientSocket,
  type SocketEnd,
  type SocketListener,
  type SocketTarget,
} from '../wire/client-socket.ts'
import type { ReadCoalescer } from './read-coalescer.ts'

/** How the sockets of a connection read. */
export interface Reading {
  readonly target: SocketTarget
  readonly coalescer: ReadCoalescer
  /** Something of a socket was read: others may be waiting to send. */
  readonly onTurn: (nowUs: number) => void
  /** Bytes a second that it reads; 0: as many as come. */
  readonly bytesPerSecond: number
}

/** Whose socket it is. */
export interface SocketOwner {
  readonly serial: number
  readonly receiver: Receiver
  /** Whether it matters when it reads what it is sent. */
  readonly isAwaiting: boolean
  onEnd(end: SocketEnd): void
}

/** One socket of a connection, which hands on what it reads until it is let go of. */
export class ConnectionSocket implements SocketListener {
  readonly #owner: SocketOwner
  readonly #reading: Reading
  readonly #socket: ClientSocket
  #isHeard = true

  /** @param query stands after the path, from `?` on */
  constructor(owner: SocketOwner, reading: Reading, query: string) {
    this.#owner = owner
    this.#reading = reading
    this.#socket = new ClientSocket(reading.target, query, this, owner.serial)
  }

  sendText(text: string): void {
    this.#socket.sendText(text)
  }

  /** Sends what is answered: the time of the answer counts, so it is read at once. */
  ask(text: string): void {
    this.#socket.release()
    this.#socket.sendText(text)
  }

  pong(payload: Buffer): void {
    this.#socket.pong(payload)
  }

  /** Takes note of the server's close frame, and ends. */
  onClose(payload: Buffer): void {
    this.#socket.onClose(payload)
  }

  /** Closes in order. */
  close(): void {
    this.#socket.release()
    this.#socket.close()
  }

  /** Cuts it off. @param reason which is told */
  terminate(reason?: string): void {
    this.#socket.terminate(reason)
  }

  /** Cuts it off once it has read what the kernel holds for it: two turns of the loop. */
  terminateAfterReading(): void {
    this.#socket.release()
    setImmediate(() =>
      setImmediate(() => {
        if (!this.#isHeard) return
        this.#isHeard = false
        this.#owner.receiver.end()
        this.#socket.terminate()
      }),
    )
  }

  /** Reads nothing for a while. */
  stall(forMs: number): void {
    this.#socket.pause()
    setTimeout(() => this.#socket.resume(), forMs)
  }

  /** Tells its connection nothing more: that has another. */
  letGo(): void {
    this.#isHeard = false
  }

  onBytes(bytes: Buffer, at: number, length: number): void {
    if (!this.#isHeard) return
    const now = nowUs()
    const { receiver } = this.#owner
    const { bytesPerSecond, coalescer, onTurn } = this.#reading
    receiver.read(bytes, at, length, now)
    onTurn(now)
    // After some bytes, a slow one reads nothing until so many were due.
    if (bytesPerSecond > 0) this.stall(((length - at) / bytesPerSecond) * 1000)
    else if (!receiver.isTimed && receiver.isFollowing && !this.#owner.isAwaiting)
      coalescer.hold(this.#socket, length - at, now)
  }

  onEnd(end: SocketEnd): void {
    if (this.#isHeard) this.#owner.onEnd(end)
  }
}
