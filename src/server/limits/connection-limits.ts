import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { addressKey, type ClientAddresses } from './client-address.ts'
import { type HttpRefusal, refuseSocket } from './http-refusal.ts'
import { TokenBuckets } from './token-buckets.ts'

/** Connections that an address may open at once, in seconds of its rate. */
const BURST_S = 4

export interface ConnectionLimitRules {
  /** WebSockets in all; 0 is no limit. */
  readonly maxConnections: number
  /** Open connections of one address; 0 is no limit. */
  readonly maxPerAddress: number
  /** New connections of one address in a second; 0 is no limit. */
  readonly ratePerAddress: number
}

/** A socket that knows by which address it is counted. */
interface CountedSocket extends Socket {
  chatwsAddress?: string
}

/**
 * Refuses connections, before anything is spent on them, where too many are open or too many come
 * from one address. This machine's own are not counted by address. Those that a proxy passes on are
 * counted by what it forwards, if it is trusted, and otherwise or if it says nothing, by itself.
 */
export class ConnectionLimits {
  readonly #rules: ConnectionLimitRules
  readonly #addresses: ClientAddresses
  readonly #onRefused: (refusal: HttpRefusal) => void
  readonly #rate: TokenBuckets<string> | undefined
  /** Address → its open sockets. */
  readonly #open = new Map<string, number>()
  readonly #release: (this: CountedSocket) => void

  /** @param onRefused hears of every connection that is refused */
  constructor(
    rules: ConnectionLimitRules,
    addresses: ClientAddresses,
    onRefused: (refusal: HttpRefusal) => void,
  ) {
    this.#rules = rules
    this.#addresses = addresses
    this.#onRefused = onRefused
    const { ratePerAddress } = rules
    this.#rate =
      ratePerAddress > 0
        ? new TokenBuckets(ratePerAddress, Math.max(1, ratePerAddress * BURST_S))
        : undefined
    const open = this.#open
    this.#release = function () {
      const left = open.get(this.chatwsAddress!)! - 1
      if (left > 0) open.set(this.chatwsAddress!, left)
      else open.delete(this.chatwsAddress!)
    }
  }

  /** Takes in a new socket, which says nothing yet, or refuses it. */
  enter(socket: Socket): void {
    const peer = socket.remoteAddress
    if (peer === undefined) {
      // Its peer is gone already. What it sent would come from nowhere, and so past every limit.
      socket.destroy()
      return
    }
    const key = addressKey(peer)
    if (key === undefined || this.#addresses.isProxy(peer)) return
    const refusal = this.#count(key, socket)
    if (refusal) this.#refuse(socket, refusal)
  }

  /** Whether a request may become a WebSocket while `open` are; it is answered if not. */
  admits(request: IncomingMessage, socket: Socket, open: number): boolean {
    const refusal = this.#isFull(open) ?? this.#countForwarded(request, socket)
    if (refusal) this.#refuse(socket, refusal)
    return refusal === undefined
  }

  #isFull(open: number): HttpRefusal | undefined {
    const { maxConnections } = this.#rules
    if (maxConnections === 0 || open < maxConnections) return undefined
    return {
      status: 503,
      cause: 'max_connections',
      reason: `More than ${maxConnections} connections`,
      retryAfterS: 5,
    }
  }

  #countForwarded(request: IncomingMessage, socket: CountedSocket): HttpRefusal | undefined {
    const peer = socket.remoteAddress
    // Its socket was counted as it came, unless it is a proxy's or may be one of this machine.
    if (addressKey(peer) !== undefined && !this.#addresses.isProxy(peer)) return undefined
    const key = this.#addresses.keyOf(request)
    return key === undefined ? undefined : this.#count(key, socket)
  }

  #count(key: string, socket: CountedSocket): HttpRefusal | undefined {
    if (socket.chatwsAddress !== undefined) return undefined
    const { maxPerAddress } = this.#rules
    const open = this.#open.get(key) ?? 0
    if (maxPerAddress > 0 && open >= maxPerAddress)
      return {
        status: 429,
        cause: 'address_connections',
        reason: `More than ${maxPerAddress} connections of one address`,
        retryAfterS: 30,
      }
    const waitMs = this.#rate?.take(key, performance.now()) ?? 0
    if (waitMs > 0)
      return {
        status: 429,
        cause: 'address_rate',
        reason: 'Too many new connections of one address',
        retryAfterS: Math.ceil(waitMs / 1000),
      }
    if (maxPerAddress === 0) return undefined
    this.#open.set(key, open + 1)
    socket.chatwsAddress = key
    socket.once('close', this.#release)
    return undefined
  }

  #refuse(socket: Socket, refusal: HttpRefusal): void {
    this.#onRefused(refusal)
    refuseSocket(socket, refusal)
  }
}
