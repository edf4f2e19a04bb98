import type { Server } from 'node:http'

/** Counts the HTTP requests that are being answered, so that a server that stops can finish them. */
export class OpenRequests {
  #count = 0
  #waiters: (() => void)[] = []

  attach(server: Server): void {
    server.on('request', (_request, response) => {
      this.#count += 1
      response.once('close', () => this.#end())
    })
  }

  /** Resolves when none is being answered. */
  finished(): Promise<void> {
    if (this.#count === 0) return Promise.resolve()
    return new Promise((resolve) => this.#waiters.push(resolve))
  }

  #end(): void {
    this.#count -= 1
    if (this.#count > 0) return
    for (const resolve of this.#waiters.splice(0)) resolve()
  }
}
