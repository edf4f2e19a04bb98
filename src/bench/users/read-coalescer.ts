import { nowUs } from '../clock.ts'

/** What one read should bring at most, and what may wait in the kernel for all sockets together. */
const BYTES = { each: 128 * 1024, all: 64 * 1024 * 1024 }

/** The shortest and the longest time for which a socket is not read. */
const HOLD_US = { least: 10_000, most: 1_000_000 }

/** How fast the time follows the rate at which bytes come. */
const SMOOTHING = 1 / 16

/**
 * How often sockets are looked for that were held long enough: a share of the time of a hold, and
 * the least time between. What comes first after a hold wakes the loop once more (libuv takes a
 * socket off epoll only then), but only once for all that were held together.
 */
const LOOK = { share: 0.1, leastMs: 5 }

/** Sockets that are read in a row before those that are timed have their turn. */
const BURST = 16

/** A socket that can leave what it is sent in the kernel. */
export interface HeldSocket {
  hold(): void
  release(): void
}

/**
 * Lets what connections are sent gather in the kernel before it is read, as network cards gather
 * packets before they interrupt: a read costs the same for one message as for a hundred. Only for
 * connections on which no time is measured.
 */
export class ReadCoalescer {
  /** Sockets in the order in which they were held → since when. Some may go on already. */
  readonly #heldSince = new Map<HeldSocket, number>()
  #holdUs = HOLD_US.least
  #isActive = true
  #timer: NodeJS.Timeout | undefined

  /** For how long a socket is not read, in microseconds. */
  get holdUs(): number {
    return this.#holdUs
  }

  /** Takes note of a read, and holds the socket; from within its `onBytes`. */
  hold(socket: HeldSocket, bytes: number, now: number): void {
    if (!this.#isActive) return
    // One that went on before its time begins anew, and has one place in the order.
    this.#heldSince.delete(socket)
    this.#heldSince.set(socket, now)
    const held = this.#heldSince.size
    const fitting = (this.#holdUs * Math.min(BYTES.each, BYTES.all / held)) / Math.max(1, bytes)
    const within = Math.min(HOLD_US.most, Math.max(HOLD_US.least, fitting))
    this.#holdUs += (within - this.#holdUs) * SMOOTHING
    socket.hold()
    this.#lookLater()
  }

  /** From now on sockets are held, or not: then all that are go on at once. */
  set isActive(isActive: boolean) {
    this.#isActive = isActive
    if (isActive) return
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.releaseAll()
  }

  /** Lets all sockets that are held go on at once. */
  releaseAll(): void {
    for (const socket of this.#heldSince.keys()) socket.release()
    this.#heldSince.clear()
  }

  #lookLater(): void {
    this.#timer ??= setTimeout(
      () => {
        this.#timer = undefined
        this.#releaseSome()
      },
      Math.max(LOOK.leastMs, (this.#holdUs / 1e3) * LOOK.share),
    )
  }

  #releaseSome(): void {
    const heldUntilUs = nowUs() - this.#holdUs
    let released = 0
    for (const [socket, sinceUs] of this.#heldSince) {
      if (sinceUs > heldUntilUs || released === BURST) break
      this.#heldSince.delete(socket)
      socket.release()
      released += 1
    }
    if (released === BURST) setImmediate(() => this.#releaseSome())
    else if (this.#heldSince.size > 0) this.#lookLater()
  }
}
