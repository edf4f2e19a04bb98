import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { FoundMessage } from '../store.ts'
import { createPrivateFile } from './private-file.ts'
import type { SearchAnswer, SearchCall, Wanted } from './search-thread.ts'

/** What a search allocates is gone at once: the usual 48 MB for what is young would stay with the thread. */
const LIMITS = { maxYoungGenerationSizeMb: 8 }

interface Waiting {
  readonly resolve: (found: readonly FoundMessage[]) => void
  readonly reject: (error: Error) => void
}

/**
 * The thread that has the index of an SQLite file: whatever it does, nothing else waits for it. It starts
 * when it is asked for something, and again after it was ended.
 */
export class SearchWorker {
  readonly #path: string
  readonly #waiting = new Map<number, Waiting>()
  #nextId = 0
  #worker: Worker | undefined
  #isEnded = false

  /** @param path of the SQLite file */
  constructor(path: string) {
    this.#path = path
  }

  /** Has the thread do what is wanted, with regard to all that was stored before the call. */
  async ask(wanted: Wanted): Promise<readonly FoundMessage[]> {
    await createPrivateFile(`${this.#path}-search`)
    if (this.#isEnded) throw new Error('The search has ended')
    this.#worker ??= this.#start()
    const worker = this.#worker
    return new Promise((resolve, reject) => {
      const id = this.#nextId++
      this.#waiting.set(id, { resolve, reject })
      // Who waits for an answer keeps the process; an idle thread does not.
      worker.ref()
      worker.postMessage({ id, wanted } satisfies SearchCall)
    })
  }

  /**
   * Ends the thread after the step that it is at; resolves when it has closed its connection. What was
   * asked for and is not answered fails.
   */
  async release(): Promise<void> {
    const worker = this.#worker
    if (!worker) return
    const exit = once(worker, 'exit')
    worker.ref()
    worker.postMessage('end')
    await exit
  }

  /** The same for good. */
  async end(): Promise<void> {
    this.#isEnded = true
    await this.release()
  }

  #start(): Worker {
    const worker = new Worker(threadFile(), { workerData: this.#path, resourceLimits: LIMITS })
    worker.on('message', ({ id, found, error }: SearchAnswer) => {
      const waiting = this.#waiting.get(id)
      this.#waiting.delete(id)
      if (this.#waiting.size === 0) worker.unref()
      if (found) waiting?.resolve(found)
      else waiting?.reject(new Error(error))
    })
    let failure = new Error('The search was ended')
    worker.on('error', (error) => {
      failure = error as Error
    })
    worker.on('exit', () => {
      this.#worker = undefined
      for (const { reject } of this.#waiting.values()) reject(failure)
      this.#waiting.clear()
    })
    return worker
  }
}

/** The thread's built file: Node runs no TypeScript, so sources that run as they stand use the build's. */
function threadFile(): URL {
  const isSource = import.meta.url.endsWith('.ts')
  const folder = isSource ? '../../../dist/storage/sqlite/' : './'
  return new URL(`${folder}search-thread.js`, import.meta.url)
}
