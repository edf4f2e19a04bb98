import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { CORES, pinned } from './pin.mjs'
import { endProcess, keepTrackOf } from './process-table.mjs'

/** The length of a message's text with which its frame has about 180 bytes. */
const CONTENT_BYTES = 50

/** A running generator.c, aimed at one server: one command at a time, each with one answer. */
export class Generator {
  #child
  #answers
  #complaints = ''

  /**
   * @param program what `buildGenerator` made
   * @param options `chats`, where each message is for the members of one: `{ count, members, users }`
   */
  constructor(program, server, { contentBytes = CONTENT_BYTES, chats } = {}) {
    const [command, args] = pinned(CORES.generator, program, [
      ...['--port', server.port, '--protocol', server.protocol],
      ...['--server-pid', server.pid, '--content-bytes', contentBytes],
      ...(chats
        ? ['--chats', chats.count, '--members', chats.members, '--users', chats.users]
        : []),
    ])
    this.#child = keepTrackOf(spawn(command, args.map(String), { stdio: 'pipe' }))
    this.#child.stderr.on('data', (chunk) => {
      this.#complaints += chunk
    })
    this.#child.stdin.on('error', () => {})
    this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]()
  }

  get pid() {
    return this.#child.pid
  }

  /** Adds receivers and waits until nothing comes from the server any more. */
  async connect(count, { concurrency = 128, timeoutS = 60 } = {}) {
    const answer = await this.#ask(timeoutS, 'connect', count, concurrency, timeoutS)
    if (answer.open < count) throw new Error(`Only ${answer.open} of ${count} could connect`)
    return answer
  }

  /** Connects many users at once and waits until each has heard of every other. */
  storm(count, { concurrency = 256, timeoutS = 120 } = {}) {
    return this.#ask(timeoutS, 'storm', count, concurrency, timeoutS)
  }

  /** Adds a receiver that reads nothing. */
  stall() {
    return this.#ask(10, 'stall')
  }

  /** Lets stalled receivers read on; `closed` says how many of them were cut off. */
  wake() {
    return this.#ask(12, 'wake')
  }

  /** Offers `ratePerSecond` messages, `burst` of them at a time, whatever comes back. */
  fanout(ratePerSecond, { seconds, warmupS = 1, drainS = 4, senders = 50, burst = 1 }) {
    const timeoutS = seconds + warmupS + drainS
    return this.#ask(
      timeoutS,
      ...['fanout', ratePerSecond, seconds, warmupS, drainS, senders, burst],
    )
  }

  /** Keeps `window` messages of each sender unacknowledged, for some time or up to a `limit`. */
  acks({ senders, window, seconds, warmupS = 1, limit = 0 }) {
    return this.#ask(seconds + warmupS, 'acks', senders, window, seconds, warmupS, limit)
  }

  /** Connects receivers that missed what came after `offset`. */
  resume(count, { offset, epoch, ratePerSecond, timeoutS, concurrency = 128 }) {
    return this.#ask(
      timeoutS,
      ...['resume', count, concurrency, ratePerSecond, timeoutS, offset, epoch],
    )
  }

  /** What the server has used so far. */
  sample() {
    return this.#ask(2, 'sample')
  }

  async stop() {
    this.#child.stdin.end()
    await endProcess(this.#child, 2_000)
  }

  async #ask(expectedS, ...words) {
    this.#child.stdin.write(`${words.join(' ')}\n`)
    let timer
    const late = new Promise((_, reject) => {
      const timeoutMs = (expectedS + 30) * 1000
      timer = setTimeout(() => reject(new Error(`No answer to: ${words.join(' ')}`)), timeoutMs)
    })
    try {
      const { value, done } = await Promise.race([this.#answers.next(), late])
      if (done) throw new Error(`The generator ended: ${this.#complaints.trim()}`)
      return JSON.parse(value)
    } finally {
      clearTimeout(timer)
    }
  }
}
