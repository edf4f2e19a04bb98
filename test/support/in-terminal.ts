import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'

/** Runs a program in a terminal of its own, tells what it writes, and then how it ended. */
const SCRIPT = `
import os, pty, sys
pid, fd = pty.fork()
if pid == 0:
    os.environ['TERM'] = 'xterm-256color'
    os.execvp(sys.argv[1], sys.argv[1:])
print('PID', pid, flush=True)
import select
while True:
    ready = select.select([fd, 0], [], [])[0]
    if 0 in ready:
        if not os.read(0, 1024): pass
        os.close(fd)
        break
    try: data = os.read(fd, 65536)
    except OSError: break
    if not data: break
    os.write(1, data)
_, status = os.waitpid(pid, 0)
print()
print('ENDED', os.WEXITSTATUS(status) if os.WIFEXITED(status) else 'signal %d' % os.WTERMSIG(status))
`

const PYTHON = ['python3', '/usr/bin/python3'].find(
  (path) => spawnSync(path, ['-c', 'import pty']).status === 0,
)

/** Why programs cannot be run in a terminal here; undefined where they can. */
export const whyNoTerminal =
  PYTHON === undefined && process.env.CHATWS_REQUIRE_SERVICES !== '1'
    ? 'python3, which makes terminals, is missing'
    : undefined

/** A program in a terminal of its own. */
export class InTerminal {
  output = ''
  readonly #process
  /** Exit code, or `signal 1`, once it has ended. */
  readonly ended: Promise<string>

  constructor(command: readonly string[]) {
    this.#process = spawn(PYTHON ?? 'python3', ['-c', SCRIPT, ...command], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#process.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.output += text
    })
    this.ended = once(this.#process, 'close').then(
      () => /\nENDED (.*)\n$/.exec(this.output)?.[1] ?? 'not told',
    )
  }

  /** The program's own process. */
  get pid(): number {
    return Number(/^PID (\d+)/.exec(this.output)![1])
  }

  /** The terminal's window is closed. */
  closeWindow(): void {
    this.#process.stdin.end('x')
  }

  kill(): void {
    if (/^PID/.test(this.output) && !this.output.includes('\nENDED '))
      process.kill(this.pid, 'SIGKILL')
  }
}
