import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PROGRAM } from '../support/program.ts'
import { until } from '../support/until.ts'

/** The built `chatws serve` in a process of its own; whoever starts one ends it with `kill`. */
export class ServeProcess {
  readonly process: ChildProcess
  /** The exit code, or the signal that ended it, once its output is complete. */
  readonly ended: Promise<number | NodeJS.Signals>
  stdout = ''
  stderr = ''
  /** Set once the parent has been told. */
  url: string | undefined

  /** @param args what follows `serve` on the command line */
  constructor(args: readonly string[]) {
    const { DATABASE_URL: _, ...env } = process.env
    this.process = spawn(process.execPath, [PROGRAM, 'serve', ...args], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env,
    })
    this.process.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text
    })
    this.process.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text
    })
    this.process.on('message', (message: { event: string; url: string }) => {
      if (message.event === 'listening') this.url = message.url
    })
    this.ended = once(this.process, 'close').then(([code, signal]) => code ?? signal)
  }

  /** Starts a server on a free port and waits until it listens. */
  static async start(databasePath: string, args: readonly string[] = []): Promise<ServeProcess> {
    const serve = new ServeProcess(['--port', '0', '--database-url', databasePath, ...args])
    await until(
      () => serve.url !== undefined || serve.process.exitCode !== null,
      'the server to listen',
      20_000,
    )
    if (serve.url === undefined) throw new Error(`the server did not start: ${serve.stderr}`)
    return serve
  }

  get lines(): string[] {
    return this.stdout.split('\n').slice(0, -1)
  }

  signal(signal: NodeJS.Signals): void {
    this.process.kill(signal)
  }

  /** Ends it whatever it does, and waits until it is gone. */
  async kill(): Promise<void> {
    this.process.kill('SIGKILL')
    await this.ended
  }
}

/** A new folder for a database; `remove` deletes it. */
export function createFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'chatws-spawned-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}
