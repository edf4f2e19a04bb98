import type { Server } from 'node:http'
import type { Journal } from './journal.ts'

/** How long one line about it stands for what follows. */
const QUIET_MS = 10_000

/**
 * Keeps a listening server alive when the process runs out of file descriptors: it lets in no more
 * sockets than there are descriptors for, and says what to do. It goes on by itself once some are
 * free again.
 */
export class DescriptorGuard {
  readonly #limit: number
  readonly #maxSockets: number
  readonly #journal: Pick<Journal, 'failure'>
  #quietUntilMs = 0
  #dropped = 0

  /** @param limit descriptors that the process may hold @param maxSockets of which are sockets */
  constructor(limit: number, maxSockets: number, journal: Pick<Journal, 'failure'>) {
    this.#limit = limit
    this.#maxSockets = maxSockets
    this.#journal = journal
  }

  /** Guards a server that listens already: what fails before that is told another way. */
  attach(server: Server): void {
    server.maxConnections = this.#maxSockets
    server.on('drop', () => this.#dropSocket())
    server.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EMFILE' || error.code === 'ENFILE') this.#dropSocket()
      else this.#journal.failure('A connection could not be accepted', error)
    })
  }

  #dropSocket(): void {
    this.#dropped += 1
    const nowMs = performance.now()
    if (nowMs < this.#quietUntilMs) return
    this.#quietUntilMs = nowMs + QUIET_MS
    this.#journal.failure(
      `Out of file descriptors, ${this.#dropped} connections dropped`,
      new Error(
        `${this.#limit} are allowed: raise that with ulimit -n (LimitNOFILE= of a systemd unit), ` +
          'or set --max-connections below it',
      ),
    )
    this.#dropped = 0
  }
}
