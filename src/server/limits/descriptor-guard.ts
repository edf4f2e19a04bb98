import { closeSync, openSync } from 'node:fs'
import type { Server } from 'node:http'
import { devNull } from 'node:os'
import type { ServerLog } from '../telemetry/server-log.ts'

/** How long one line about it stands for what follows. */
const QUIET_MS = 10_000

/** How often it is tried whether there is a descriptor left. */
const PROBE_MS = 1_000

/**
 * Keeps a listening server alive when the process runs out of file descriptors: it lets in no more
 * sockets than there are descriptors for, and says what to do. It goes on by itself once some are
 * free again.
 */
export class DescriptorGuard {
  readonly #limit: number
  readonly #maxSockets: number
  readonly #serverLog: Pick<ServerLog, 'failure'>
  #quietUntilMs = 0
  #timer: NodeJS.Timeout | undefined

  /**
   * @param limit descriptors that the process may hold
   * @param maxSockets how many of them may be sockets
   */
  constructor(limit: number, maxSockets: number, serverLog: Pick<ServerLog, 'failure'>) {
    this.#limit = limit
    this.#maxSockets = maxSockets
    this.#serverLog = serverLog
  }

  /** Guards a server that listens already, until `stop`. */
  start(server: Server): void {
    server.maxConnections = this.#maxSockets
    server.on('drop', () => this.#tell())
    this.#timer = setInterval(() => this.#probe(), PROBE_MS)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** libuv drops what it has no descriptor for without a word, so that one has to look. */
  #probe(): void {
    try {
      closeSync(openSync(devNull, 'r'))
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EMFILE' || code === 'ENFILE') this.#tell()
    }
  }

  #tell(): void {
    const nowMs = performance.now()
    if (nowMs < this.#quietUntilMs) return
    this.#quietUntilMs = nowMs + QUIET_MS
    this.#serverLog.failure(
      'Out of file descriptors, new connections are dropped',
      new Error(
        `${this.#limit} are allowed: raise that with ulimit -n (LimitNOFILE= of a systemd unit), ` +
          'or set --max-connections below it',
      ),
    )
  }
}
