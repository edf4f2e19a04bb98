import { Worker } from 'node:worker_threads'
import type { GeneratorHandle, GeneratorSetup } from './generator-setup.ts'
import type { GeneratorAnswer, GeneratorCall } from './generator-thread.ts'
import { threadFile } from './thread-file.ts'

/**
 * Connections are old at once, and reading makes little garbage: with the usual 48 MB for what is
 * young, a thread keeps room for thousands of connections that it has no use for.
 */
const LIMITS = { maxYoungGenerationSizeMb: 8 }

/**
 * A generator in a thread of its own. The thread starts and loads its code at once, so that it is
 * there when what it has to do is known; whoever made it ends it.
 */
export class GeneratorWorker implements GeneratorHandle {
  readonly #worker: Worker
  readonly #calls = new Map<
    number,
    { resolve: (value: never) => void; reject: (error: Error) => void }
  >()
  #nextId = 0
  #failure: Error | undefined

  constructor() {
    this.#worker = new Worker(threadFile('generator-thread'), { resourceLimits: LIMITS })
    this.#worker.on('message', ({ id, value, error }: GeneratorAnswer) => {
      const call = this.#calls.get(id)
      this.#calls.delete(id)
      if (error === undefined) call?.resolve(value as never)
      else call?.reject(new Error(error))
    })
    this.#worker.on('error', (error) => this.#fail(error as Error))
    this.#worker.on('exit', () => this.#fail(new Error('A generator thread ended')))
  }

  /** Says what it has to do; comes before every other call. */
  prepare(setup: GeneratorSetup): this {
    this.#worker.postMessage(setup)
    return this
  }

  start(startUs: number) {
    return this.#call('start', startUs)
  }

  snapshot() {
    return this.#call('snapshot')
  }

  halt() {
    return this.#call('halt')
  }

  settle(lastOffset: number) {
    return this.#call('settle', lastOffset)
  }

  rosterDifferences(leftSinceUs: number) {
    return this.#call('rosterDifferences', leftSinceUs)
  }

  confirmReports() {
    return this.#call('confirmReports')
  }

  leaveFrom(firstUser: number, timeoutMs: number) {
    return this.#call('leaveFrom', firstUser, timeoutMs)
  }

  departures() {
    return this.#call('departures')
  }

  findings(lastOffset: number) {
    return this.#call('findings', lastOffset)
  }

  async end() {
    await this.#worker.terminate()
  }

  #call<Method extends keyof GeneratorHandle>(
    method: Method,
    ...args: Parameters<GeneratorHandle[Method]>
  ): ReturnType<GeneratorHandle[Method]> {
    const answer = new Promise((resolve, reject) => {
      if (this.#failure) return reject(this.#failure)
      const id = this.#nextId++
      this.#calls.set(id, { resolve, reject })
      this.#worker.postMessage({ id, method, args } satisfies GeneratorCall)
    })
    return answer as ReturnType<GeneratorHandle[Method]>
  }

  #fail(error: Error): void {
    this.#failure ??= error
    for (const { reject } of this.#calls.values()) reject(this.#failure)
    this.#calls.clear()
  }
}
