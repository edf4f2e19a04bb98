import type { ChatClient } from '../client/chat-client.ts'
import { Listeners } from './listeners.ts'

/** Whether what was asked is here. What was answered once stays `ready` while it is asked again. */
export type AskedStatus = 'loading' | 'ready' | 'error'

/** A question that is asked once a connection, as long as somebody wants the answer. */
export class Asked extends Listeners {
  readonly #client: ChatClient
  readonly #ask: () => Promise<unknown>
  #wishes = 0
  #isAsking = false
  /** Whether it was to be asked anew while the answer was on its way. */
  #isStale = false
  /** Whether this connection has answered, or failed to. */
  #isDone = false
  #status: AskedStatus = 'loading'
  #error: Error | undefined

  constructor(client: ChatClient, ask: () => Promise<unknown>) {
    super()
    this.#client = client
    this.#ask = ask
    client.on('established', () => {
      this.#isDone = false
      this.#begin()
    })
    client.on('gap', () => {
      this.#isDone = false
      this.#begin()
    })
  }

  get status(): AskedStatus {
    return this.#status
  }

  /** Why it failed the last time; undefined unless it did. */
  get error(): Error | undefined {
    return this.#error
  }

  /** Somebody wants the answer, until the function returned is called. */
  want(): () => void {
    this.#wishes += 1
    this.#begin()
    let isWanted = true
    return () => {
      if (isWanted) this.#wishes -= 1
      isWanted = false
    }
  }

  /** Asks again now. */
  readonly reload = (): void => {
    this.#isDone = false
    this.#isStale = this.#isAsking
    this.#begin(true)
  }

  #begin(isCalledFor = this.#wishes > 0): void {
    if (!isCalledFor || this.#isDone || this.#isAsking || this.#client.status.state !== 'open')
      return
    this.#isAsking = true
    this.#ask().then(
      () => this.#settled('ready'),
      (error) => this.#settled(this.#status === 'ready' ? 'ready' : 'error', error),
    )
  }

  #settled(status: AskedStatus, error?: Error): void {
    this.#isAsking = false
    this.#isDone = true
    this.#status = status
    this.#error = error
    this.changed()
    if (!this.#isStale) return
    this.#isStale = false
    this.reload()
  }
}
