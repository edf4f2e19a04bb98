import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ChatwsError } from '../protocol/error.ts'

/** How long a server has to stop in order before it is killed. */
const STOP_TIMEOUT_MS = 10_000

const PROGRAM = fileURLToPath(new URL('../../bin/chatws.js', import.meta.url))

/** A server in a process of its own, on a database that goes when it stops. */
export interface ServerProcess {
  readonly url: string
  stop(): Promise<void>
}

/**
 * Starts `chatws serve` on a free port of the loopback address. It ends with this process, however
 * that ends. Throws SERVER_START_FAILED with what the server had to say.
 */
export async function startServerProcess(): Promise<ServerProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'chatws-bench-'))
  const database = join(folder, 'bench.db')
  const args = [
    ...['serve', '--port', '0', '--database-url', database, '--log-level', 'error'],
    // A load test is what these limits are there to stop.
    ...['--message-rate', '0', '--max-connections-per-user', '0'],
  ]
  const child = fork(PROGRAM, args, {
    // A process group of its own: Ctrl-C is for the load tester, which then stops the server.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const output: string[] = []
  for (const stream of [child.stdout!, child.stderr!])
    stream.on('data', (chunk) => output.push(String(chunk)))
  const stop = async () => {
    await stopProcess(child)
    await rm(folder, { recursive: true, force: true })
  }
  const [message] = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => [])])
  if (message?.event === 'listening') return { url: message.url, stop }
  await stop()
  throw new ChatwsError(
    'SERVER_START_FAILED',
    `The server did not start: ${output.join('').trim() || 'it said nothing'}`,
  )
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
  await exited
  clearTimeout(timer)
}
