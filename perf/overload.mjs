// `node perf/overload.mjs`: what a flood of connections past the limit does to those inside.
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { WebSocket } from 'ws'
import { median } from './rig/median.mjs'
import { createTempFolder } from './rig/temp-folder.mjs'

const INSIDE = 500
const SENDERS = 10
const MESSAGES_PER_SECOND = 20
const SECONDS = 5
const ROUNDS = 3
/** Upgrades that are asked for at a time; the next one follows each that is refused. */
const AT_A_TIME = 50

const REFUSED = /^HTTP\/1\.1 503 .*\r\nRetry-After: 5\r\n/s

/** Asks for connections as fast as they are refused, and says how many were. */
async function flood(port) {
  const end = performance.now() + SECONDS * 1_000
  const count = { refused: 0, otherwise: 0 }
  const askOn = async () => {
    while (performance.now() < end) count[await ask(port)] += 1
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, askOn))
  process.send(count)
  process.disconnect()
}

function ask(port) {
  return new Promise((resolve) => {
    let answer = ''
    const socket = createConnection({ host: '127.0.0.1', port })
    socket.on('data', (data) => {
      answer += data
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(REFUSED.test(answer) ? 'refused' : 'otherwise'))
    socket.write(
      'GET /?userId=900001 HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\n' +
        'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
        'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    )
  })
}

async function measure() {
  const program = fileURLToPath(new URL('../bin/chatws.js', import.meta.url))
  const database = join(createTempFolder(), 'perf.db')
  const args = ['serve', '--port', '0', '--database-url', database, '--log-level', 'error']
  const limits = ['--max-connections', String(INSIDE)]
  const stdio = ['ignore', 'inherit', 'inherit', 'ipc']
  const server = spawn(process.execPath, [program, ...args, ...limits], { stdio })
  try {
    const [{ url }] = await once(server, 'message')
    const inside = await Inside.connect(url)
    await inside.chat()
    const rows = []
    const floods = []
    for (let round = 0; round < ROUNDS; round++) {
      const before = await inside.chat()
      const flooder = fork(fileURLToPath(import.meta.url), [new URL(url).port])
      const [during, [count]] = await Promise.all([inside.chat(), once(flooder, 'message')])
      const after = await inside.chat()
      rows.push({ before, during, after })
      floods.push(count)
    }
    inside.leave()
    report(rows, floods)
    return floods.every(({ otherwise }) => otherwise === 0) ? 0 : 1
  } finally {
    server.kill('SIGTERM')
    await once(server, 'exit')
  }
}

function report(rows, floods) {
  const refusedPerSecond = median(floods.map(({ refused }) => refused / SECONDS))
  const otherwise = floods.reduce((sum, count) => sum + count.otherwise, 0)
  console.log(`${Math.round(refusedPerSecond)} upgrades a second refused with 503,`)
  console.log(`${otherwise} answered otherwise; deliveries to those inside, ms:`)
  for (const phase of ['before', 'during', 'after']) {
    const figure = (name) => median(rows.map((row) => row[phase][name]))
    const ratio = median(rows.map((row) => row[phase].p50 / row.before.p50))
    console.log(
      `${phase.padEnd(7)} p50 ${figure('p50').toFixed(1)}  p99 ${figure('p99').toFixed(1)}` +
        `  p50 beside before × ${ratio.toFixed(2)}  missing ${figure('missing')}`,
    )
  }
}

/** The clients that are connected, a few of which write. */
class Inside {
  #sockets
  #latencies = []
  /** Content → when it was due. */
  #due = new Map()

  static async connect(url) {
    const inside = new Inside()
    inside.#sockets = await Promise.all(
      Array.from({ length: INSIDE }, async (_, i) => {
        const socket = new WebSocket(`${url}?userId=${i + 1}`)
        socket.on('message', (data) => inside.#receive(String(data)))
        await once(socket, 'open')
        return socket
      }),
    )
    return inside
  }

  /** Writes for some seconds, at times that do not depend on the answers. */
  async chat() {
    this.#latencies = []
    const startMs = performance.now()
    const messages = SECONDS * MESSAGES_PER_SECOND
    for (let i = 0; i < messages; i++) {
      const dueMs = startMs + (i * 1_000) / MESSAGES_PER_SECOND
      if (dueMs > performance.now()) await sleep(dueMs - performance.now())
      const content = `message ${this.#due.size}`
      this.#due.set(content, dueMs)
      const sender = i % SENDERS
      const message = { type: 'NEW_MESSAGE', chat_id: 1, sender_id: sender + 1, content }
      this.#sockets[sender].send(JSON.stringify(message))
    }
    await sleep(1_000)
    const sorted = this.#latencies.sort((a, b) => a - b)
    const at = (share) => sorted[Math.floor(sorted.length * share)]
    return { p50: at(0.5), p99: at(0.99), missing: messages * INSIDE - sorted.length }
  }

  leave() {
    for (const socket of this.#sockets) socket.terminate()
  }

  #receive(text) {
    const content = /^{"type":"MESSAGE".*"content":"(message \d+)"/.exec(text)?.[1]
    if (content) this.#latencies.push(performance.now() - this.#due.get(content))
  }
}

const [floodedPort] = process.argv.slice(2)
if (floodedPort) await flood(Number(floodedPort))
else process.exitCode = await measure()
