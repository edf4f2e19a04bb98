import { once } from 'node:events'
import { WebSocket } from 'ws'

/** A client that counts the frames it gets by their type, and parses none. */
export class TurnClient {
  /** Which round of a case it is: makes its names differ from those of another. */
  round
  /** Bytes of the largest frame so far. */
  largest = 0
  /** The code that the server closed it with. */
  closedWith
  closed
  #socket
  /** Type → how many came. */
  #counts = new Map()
  #wake = () => {}

  static async connect(url, userId, round) {
    const client = new TurnClient(`${url}?userId=${userId}`, round)
    await client.next('CONNECTION_ESTABLISHED')
    client.largest = 0
    return client
  }

  constructor(url, round) {
    this.round = `${round} ${Math.random()}`
    this.#socket = new WebSocket(url, { perMessageDeflate: false })
    this.#socket.on('message', (data) => this.#count(data))
    this.#socket.on('error', () => {})
    this.closed = once(this.#socket, 'close').then(([code]) => {
      this.closedWith = this.#isLeaving ? undefined : code
      return this.largest
    })
  }

  send(frame) {
    this.#socket.send(JSON.stringify(frame))
  }

  /** Sends bytes as they are, however many frames they hold. */
  sendRaw(bytes) {
    this.#socket._socket.write(bytes)
  }

  /** Resolves when so many frames of a type have come. */
  async next(type, count = 1) {
    while ((this.#counts.get(type) ?? 0) < count)
      await new Promise((resolve) => {
        this.#wake = resolve
      })
  }

  #isLeaving = false

  async close() {
    this.#isLeaving = true
    this.#socket.close()
    await this.closed
  }

  #count(data) {
    this.largest = Math.max(this.largest, data.length)
    const type = /^\{"type":"([A-Z_]+)"/.exec(data.subarray(0, 40).toString())?.[1]
    this.#counts.set(type, (this.#counts.get(type) ?? 0) + 1)
    this.#wake()
  }
}
