import { type FrameFilter, isForReaders, keysOf, type Place } from '../frames/audience.ts'
import { encodeFrame } from '../frames/encode-frame.ts'
import type { Sealed } from '../log/chunk.ts'
import type { Tail } from '../log/tail.ts'
import type { Connection } from './connection.ts'

/** How often subscribers are told how far the log has come, while it grows. */
const OFFSET_INTERVAL_MS = 10_000

/**
 * The connections that subscribe to some chats. A flush touches only those that one of its
 * frames is for: it looks each frame's chat up and never walks all connections, but for frames
 * that are for everyone.
 */
export class Subscriptions {
  /** A key of `keysOf` → the connections that have it. */
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
    for (const key of keysOfFilter(connection)) this.addKey(connection, key)
  }

  /** Lets go of a connection; its filter must still be that with which it was added. */
  remove(connection: Connection): void {
    this.#connections.delete(connection)
    this.#waiting.delete(connection)
    for (const key of keysOfFilter(connection)) this.removeKey(connection, key)
  }

  /** The connections that have a key. */
  withKey(key: string): ReadonlySet<Connection> {
    return this.#subscribers.get(key) ?? NONE
  }

  /** A connection's filter lets more through from now on. */
  addKey(connection: Connection, key: string): void {
    const subscribers = this.#subscribers.get(key)
    if (subscribers) subscribers.add(connection)
    else this.#subscribers.set(key, new Set([connection]))
  }

  /** A connection's filter lets less through from now on. */
  removeKey(connection: Connection, key: string): void {
    const subscribers = this.#subscribers.get(key)
    subscribers?.delete(connection)
    if (subscribers?.size === 0) this.#subscribers.delete(key)
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

  #deliver({ start, frames, places }: Sealed): void {
    const deliveries = new Map<Connection, Buffer[]>()
    for (const [i, frame] of frames.entries()) {
      if (frame.length === 0) continue
      const place = places[i]
      if (place === undefined) hand(frame, this.#connections, deliveries)
      else if (typeof place === 'string') hand(frame, this.withKey(place), deliveries)
      else if (isForReaders(place)) hand(frame, this.withKey(place.chat!), deliveries)
      else for (const key of keysOf(place)) hand(frame, this.withKey(key), deliveries, place)
    }
    for (const [connection, delivery] of deliveries)
      if (!connection.deliver(start, delivery)) this.#waiting.add(connection)
  }
}

const NONE: ReadonlySet<Connection> = new Set()

function keysOfFilter({ filter }: { readonly filter: FrameFilter | undefined }): Iterable<string> {
  return filter?.keys() ?? []
}

/** Adds a frame to what connections are handed, once, where their filter lets it through. */
function hand(
  frame: Buffer,
  connections: ReadonlySet<Connection>,
  deliveries: Map<Connection, Buffer[]>,
  place?: Place,
): void {
  for (const connection of connections) {
    if (place !== undefined && !connection.filter!.passes(place)) continue
    const delivery = deliveries.get(connection)
    if (!delivery) deliveries.set(connection, [frame])
    else if (delivery[delivery.length - 1] !== frame) delivery.push(frame)
  }
}
