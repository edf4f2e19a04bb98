import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ServeConfig } from '../config/serve-config.ts'
import { variablesOfCommand } from '../config/unknown-variables.ts'
import { ChatwsError } from '../protocol/error.ts'
import type { Host } from './host.ts'
import { readFrames } from './read-frames.ts'

/** How long a server has to start before it is given up. */
const START_TIMEOUT_MS = 30_000

/** How long a server has to stop in order before it is killed. */
const STOP_TIMEOUT_MS = 10_000

const PROGRAM = fileURLToPath(new URL('../../bin/chatws.js', import.meta.url))

/**
 * A server in a process of its own, on a database that goes when it stops. It ends with this
 * process, however that ends.
 */
export class ServerProcess {
  readonly #surroundings: Surroundings
  #child: ChildProcess
  #url: string

  private constructor(
    surroundings: Surroundings,
    { child, url }: { child: ChildProcess; url: string },
  ) {
    this.#surroundings = surroundings
    this.#child = child
    this.#url = url
    process.on('exit', this.#abandon)
  }

  /**
   * Starts `chatws serve` on a free port of the loopback address. Throws SERVER_START_FAILED with
   * what the server had to say.
   * @param env what it has of the environment, but for what would configure it
   * @param access who may read a chat there
   */
  static async start(
    env: Host['env'],
    access: ServeConfig['access'] = 'open',
  ): Promise<ServerProcess> {
    const folder = await mkdtemp(join(tmpdir(), 'chatws-bench-')).catch((cause: Error) => {
      const message = `There is no place for its database, TMPDIR names one: ${cause.message}`
      throw new ChatwsError('SERVER_START_FAILED', message, { cause })
    })
    try {
      await writeFile(configPath(folder), '{}')
      const program = await startProgram({ folder, env, access }, 0)
      // What reads its database is there when the run ends, and nobody waits for it.
      import('../storage/sqlite/log-reader.ts').catch(() => {})
      return new ServerProcess({ folder, env, access }, program)
    } catch (error) {
      await rm(folder, { recursive: true, force: true })
      throw error
    }
  }

  /** `ws://127.0.0.1:port`; the same after it was down. */
  get url(): string {
    return this.#url
  }

  /** Its process id; undefined while it is down. */
  get pid(): number | undefined {
    return isRunning(this.#child) ? this.#child.pid : undefined
  }

  /** Ends the process and waits until it is gone; its database stays. */
  async down(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    await stopProcess(this.#child, signal)
  }

  /** Starts it again on the same port and database. Throws SERVER_START_FAILED. */
  async up(): Promise<void> {
    const port = Number(new URL(this.#url).port)
    const { child, url } = await startProgram(this.#surroundings, port)
    this.#child = child
    this.#url = url
  }

  /** Reads from its database, past the server, what is stored after an offset: each as its frame. */
  async *readLog(after: number): AsyncGenerator<Buffer> {
    const { LogReader } = await import('../storage/sqlite/log-reader.ts')
    const reader = await LogReader.open(databasePath(this.#surroundings.folder))
    try {
      yield* readFrames(reader, after)
    } finally {
      await reader.close()
    }
  }

  /** Ends it at once and deletes its database: there is nothing that it has to bring to an end. */
  async stop(): Promise<void> {
    process.off('exit', this.#abandon)
    await stopProcess(this.#child, 'SIGKILL')
    await rm(this.#surroundings.folder, { recursive: true, force: true })
  }

  /** This process ends without having stopped it (a second Ctrl-C): nothing may stay. */
  readonly #abandon = () => {
    if (isRunning(this.#child)) this.#child.kill('SIGKILL')
    rmSync(this.#surroundings.folder, { recursive: true, force: true })
  }
}

function databasePath(folder: string): string {
  return join(folder, 'bench.db')
}

/** Names its configuration, so that it does not read one that the working directory has. */
function configPath(folder: string): string {
  return join(folder, 'chatws.config.json')
}

/** What a server is started with besides its flags. */
interface Surroundings {
  /** Its own, for its database. */
  readonly folder: string
  readonly env: Host['env']
  /** Who may read a chat there. */
  readonly access: ServeConfig['access']
}

/**
 * The environment without what tells `chatws serve` anything: a load test is of a server with the
 * defaults, whatever another one is told in this shell.
 */
function withoutOptions(env: Host['env']): NodeJS.ProcessEnv {
  const read = new Set(variablesOfCommand(ServeConfig))
  const isOption = (name: string) => name.startsWith('CHATWS_') || read.has(name)
  return Object.fromEntries(Object.entries(env).filter(([name]) => !isOption(name)))
}

async function startProgram(
  { folder, env, access }: Surroundings,
  port: number,
): Promise<{ child: ChildProcess; url: string }> {
  const args = [
    ...['serve', '--port', String(port), '--log-level', 'error'],
    ...['--access', access, '--database-url', databasePath(folder), '--config', configPath(folder)],
    // A load test is what these limits are there to stop.
    ...['--message-rate', '0', '--max-connections-per-user', '0', '--http-rate', '0'],
  ]
  const child = fork(PROGRAM, args, {
    // A process group of its own: Ctrl-C is for the load tester, which then stops the server.
    detached: true,
    env: withoutOptions(env),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const output: string[] = []
  for (const stream of [child.stdout!, child.stderr!])
    stream.on('data', (chunk) => output.push(String(chunk)))
  const timer = setTimeout(() => child.kill('SIGKILL'), START_TIMEOUT_MS)
  const [message] = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => [])])
  clearTimeout(timer)
  if (message?.event === 'listening') return { child, url: message.url }
  await stopProcess(child, 'SIGTERM')
  const reason = output.join('').trim() || (child.killed ? 'it took too long' : 'it said nothing')
  throw new ChatwsError('SERVER_START_FAILED', `The server did not start: ${reason}`)
}

async function stopProcess(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  if (!isRunning(child)) return
  const exited = once(child, 'exit')
  child.kill(signal)
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
  await exited
  clearTimeout(timer)
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null
}
