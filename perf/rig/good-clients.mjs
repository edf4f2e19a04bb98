import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'

const CHAT = 1
const RECEIVED = /"content":"good (\d+) (\d+) ([\d.]+)"/

/**
 * Clients that behave: each is narrowed to one chat and writes in it at a steady rate, and what each
 * gets is compared with what all wrote. Latencies count from when a message was due.
 */
export class GoodClients {
  epoch
  /** Messages written so far, and those that came out of order, twice, or were passed over. */
  sent = 0
  wrong = 0
  closed = 0
  #received = 0
  #latencies = []
  #sockets
  #timers = []
  /** Client → sender → the number that comes next. */
  #expected

  static async connect(url, count) {
    const clients = new GoodClients()
    clients.#expected = Array.from({ length: count }, () => Array(count).fill(0))
    clients.#sockets = []
    for (let i = 0; i < count; i++) clients.#sockets.push(await clients.#open(url, i))
    return clients
  }

  /** Begins to write, each client so many messages a second. */
  start(ratePerSecond) {
    const intervalMs = 1_000 / ratePerSecond
    for (const [i, socket] of this.#sockets.entries()) {
      let next = 0
      let dueMs = performance.now() + (i * intervalMs) / this.#sockets.length
      const send = () => {
        // What is late is made up for: it was due all the same.
        for (; dueMs <= performance.now(); dueMs += intervalMs, next++) {
          const content = `good ${i} ${next} ${dueMs}`
          const message = { type: 'NEW_MESSAGE', chat_id: CHAT, sender_id: i + 1, content }
          socket.send(JSON.stringify({ ...message, client_id: content }))
          this.sent += 1
        }
      }
      this.#timers.push(setInterval(send, 5))
    }
  }

  /** The latencies since it was asked last, in milliseconds, sorted. */
  takeLatencies() {
    const latencies = Float64Array.from(this.#latencies).sort()
    this.#latencies = []
    return latencies
  }

  /** Writes no more, and waits for what is underway. */
  async finish() {
    for (const timer of this.#timers) clearInterval(timer)
    const deadline = performance.now() + 30_000
    while (this.missing > 0 && performance.now() < deadline) await sleep(50)
    for (const socket of this.#sockets) socket.removeAllListeners('close').close()
  }

  /** Deliveries that are still to come. */
  get missing() {
    return this.sent * this.#sockets.length - this.#received
  }

  async #open(url, i) {
    const socket = new WebSocket(`${url}?userId=${i + 1}`, { perMessageDeflate: false })
    const [greeting] = await once(socket, 'message')
    this.epoch = JSON.parse(greeting).epoch
    socket.on('message', (data) => this.#read(i, data))
    socket.on('error', () => {})
    socket.on('close', () => {
      this.closed += 1
    })
    socket.send(JSON.stringify({ type: 'SUBSCRIBE', chats: [CHAT] }))
    return socket
  }

  #read(client, data) {
    const found = data.includes('"MESSAGE"') && RECEIVED.exec(data.toString())
    if (!found) return
    const [sender, number, dueMs] = found.slice(1).map(Number)
    if (number !== this.#expected[client][sender]) this.wrong += 1
    this.#expected[client][sender] = number + 1
    this.#received += 1
    this.#latencies.push(performance.now() - dueMs)
  }
}
