import { encodeFrame } from '../frames/encode-frame.ts'
import type { Sealed, Tail } from '../log/tail.ts'
import type { Connection } from './connection.ts'

/** How often subscribers are told how far the log has come, while it grows. */
const OFFSET_INTERVAL_MS = 10_000

/**
 * The connections that subscribe to some chats. A flush touches only those that one of its
 * frames is for: it looks each frame's chat up and never walks all connections, but for frames
 * that are for everyone.
 */
export class Subscriptions {
  /** Chat → the connections that it is sent to. */
  readonly #subscribers = new Map<string, Set<Connection>>()
  readonly #connections = new Set<Connection>()
  /** Those that the next flush has to pump: they are behind, or their outbox is not empty. */
  readonly #waiting = new Set<Connection>()
  #offsetTold = { offset: 0, atMs: 0 }

  get connections(): ReadonlySet<Connection> {
    return this.#connections
  }

  /** Takes in a connection with its filter. */
  add(connection: Connection): void {
    this.#connections.add(connection)
    this.#waiting.add(connection)
    for (const chat of connection.filter ?? []) {
      const subscribers = this.#subscribers.get(chat)
      if (subscribers) subscribers.add(connection)
      else this.#subscribers.set(chat, new Set([connection]))
    }
  }

  /** Lets go of a connection; its filter must still be that with which it was added. */
  remove(connection: Connection): void {
    this.#connections.delete(connection)
    this.#waiting.delete(connection)
    for (const chat of connection.filter ?? []) {
      const subscribers = this.#subscribers.get(chat)
      subscribers?.delete(connection)
      if (subscribers?.size === 0) this.#subscribers.delete(chat)
    }
  }

  /** Pumps a connection with the next flush. */
  await(connection: Connection): void {
    this.#waiting.add(connection)
  }

  /** Tells from where to resume, though nothing of their chats came, those that were sent all. */
  tellOffset(offset: number, nowMs: number): void {
    const told = this.#offsetTold
    if (offset === told.offset || nowMs - told.atMs < OFFSET_INTERVAL_MS) return
    this.#offsetTold = { offset, atMs: nowMs }
    const frame = encodeFrame({ type: 'OFFSET', offset })
    for (const connection of this.#connections) {
      if (connection.isBehind) continue
      connection.enqueue(frame)
      this.#waiting.add(connection)
    }
  }

  flush(sealed: Sealed | undefined, tail: Tail): void {
    if (sealed && this.#connections.size > 0) this.#deliver(sealed)
    for (const connection of this.#waiting) {
      connection.pump(tail)
      if (!connection.isBehind) this.#waiting.delete(connection)
    }
  }

  #deliver({ start, frames, chats }: Sealed): void {
    const deliveries = new Map<Connection, Buffer[]>()
    for (const [i, frame] of frames.entries()) {
      const chat = chats[i]
      const receivers = chat === undefined ? this.#connections : this.#subscribers.get(chat)
      for (const connection of receivers ?? []) {
        const delivery = deliveries.get(connection)
        if (delivery) delivery.push(frame)
        else deliveries.set(connection, [frame])
      }
    }
    for (const [connection, delivery] of deliveries)
      if (!connection.deliver(start, delivery)) this.#waiting.add(connection)
  }
}
