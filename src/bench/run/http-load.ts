import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { httpAddress } from '../../protocol/http-address.ts'
import type { Http } from '../scenario/scenario.ts'
import type { HttpOutcome, HttpThreadSetup } from '../worker/http-thread.ts'
import { threadFile } from '../worker/thread-file.ts'

/** The HTTP side of a load, run by autocannon in a thread of its own. */
export class HttpLoad {
  readonly #worker: Worker

  /** @param url `ws://` or `wss://` of the same server */
  constructor(url: string, http: Http) {
    const { base, authorization } = httpAddress(url)
    const setup: HttpThreadSetup = { url: `${base.origin}${base.pathname}`, authorization, http }
    this.#worker = new Worker(threadFile('http-thread'), { workerData: setup })
  }

  start(): void {
    this.#worker.postMessage('start')
  }

  /** Ends it; resolves to what it came to since `start`. */
  async stop(): Promise<HttpOutcome> {
    this.#worker.postMessage('stop')
    const [outcome] = await once(this.#worker, 'message')
    return outcome
  }

  async end(): Promise<void> {
    await this.#worker.terminate()
  }
}
