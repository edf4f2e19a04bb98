import { once } from 'node:events'
import { WebSocket } from 'ws'

/** A client that counts the frames it gets by their type, and parses none. */
export class TurnClient {
  /** Names the round of a case: makes its names differ from those of another. */
  round
  /** Which round it is. */
  number
  /** Bytes of the largest frame so far. */
  largest = 0
  /** The code that the server closed it with. */
  closedWith
  closed
  #socket
  /** Type → how many came. */
  #counts = new Map()
  #wake = () => {}

  /** @param place parameters of the URL: from where to resume */
  static async connect(url, userId, round, place = '') {
    const client = new TurnClient(`${url}?userId=${userId}&${place}`, round)
    await client.next('CONNECTION_ESTABLISHED')
    client.largest = 0
    return client
  }

  constructor(url, round) {
    this.number = round
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
