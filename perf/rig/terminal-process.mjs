import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { CORES, pinned } from './pin.mjs'
import { endProcess, keepTrackOf } from './process-table.mjs'

/** Begins each frame of a program that asks the terminal to show it whole. */
const FRAME_START = '\x1b[?2026h'

/**
 * A program in a pseudo-terminal of its own (util-linux's `script` makes one), which takes keys
 * and whose output is looked through as it comes.
 */
export class TerminalProcess {
  #child
  #output = ''
  #watchers = new Set()
  /** Frames so far, and bytes. */
  frames = 0
  bytes = 0
  /** From the start to the first frame; undefined before it. */
  firstFrameMs
  #startMs = performance.now()
  #ended

  constructor(argv, { columns, rows }) {
    const command = argv.map((word) => `'${word}'`).join(' ')
    const line = `stty cols ${columns} rows ${rows}; exec ${command}`
    const script = ['-q', '-f', '-e', '-c', `sh -c "${line.replaceAll('"', '\\"')}"`, '/dev/null']
    this.#child = keepTrackOf(
      spawn(...pinned(CORES.generator, 'script', script), {
        stdio: ['pipe', 'pipe', 'ignore'],
        env: environment(),
      }),
    )
    this.#ended = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.stdout.setEncoding('utf8')
    this.#child.stdout.on('data', (text) => this.#take(text))
  }

  /** The process in the terminal: the last of those that have come of `script`. */
  get pid() {
    let pid = this.#child.pid
    for (let next = childOf(pid); next !== undefined; next = childOf(pid)) pid = next
    return pid
  }

  press(keys) {
    this.#child.stdin.write(keys)
  }

  /** Resolves once output from now on contains `text`, to the milliseconds that took. */
  shows(text, timeoutMs = 20_000) {
    this.#output = ''
    const fromMs = performance.now()
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#watchers.delete(watch)
        reject(new Error(`the terminal does not show ${JSON.stringify(text)}`))
      }, timeoutMs)
      const watch = () => {
        if (!this.#output.includes(text)) return
        clearTimeout(timer)
        this.#watchers.delete(watch)
        resolve(performance.now() - fromMs)
      }
      this.#watchers.add(watch)
    })
  }

  /** CPU seconds of the program's threads so far, and its resident memory in KB. */
  sample() {
    const { pid } = this
    let cpuNs = 0
    for (const task of readdirSync(`/proc/${pid}/task`))
      cpuNs += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0])
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return { cpuS: cpuNs / 1e9, rssKb: Number(/VmRSS:\s+(\d+)/.exec(status)[1]) }
  }

  async stop() {
    // Once the program has ended, so does what gave it the terminal.
    try {
      process.kill(this.pid, 'SIGTERM')
    } catch {}
    await Promise.race([this.#ended, sleep(5_000)])
    await endProcess(this.#child)
  }

  #take(text) {
    this.bytes += text.length
    this.frames += text.split(FRAME_START).length - 1
    if (this.frames > 0) this.firstFrameMs ??= performance.now() - this.#startMs
    // What is looked for may be cut in two.
    this.#output = (this.#output + text).slice(-65_536)
    for (const watch of [...this.#watchers]) watch()
  }
}

/** That of a terminal: ink draws nothing where CI is set, and nothing coloured for NO_COLOR. */
function environment() {
  const { CI: _, NO_COLOR: __, ...env } = process.env
  return { ...env, TERM: 'xterm-256color' }
}

function childOf(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return children === '' ? undefined : Number(children.split(' ')[0])
}
