import type { ChatClient } from '../../client/chat-client.ts'
import { ChatwsError } from '../../protocol/error.ts'

/** Ends the waiting for a connection that does not come. */
export class ConnectionDeadline {
  /** Rejects with CONNECT_FAILED once there was no connection for the whole time. */
  readonly passed: Promise<never>
  readonly #timeoutMs: number
  readonly #mayWait: () => boolean
  readonly #end: () => void
  #fail!: (error: ChatwsError) => void
  #timer: ReturnType<typeof setTimeout> | undefined
  #wasOpen = false
  /** Why the last attempt failed. */
  #reason: string | undefined

  /**
   * @param timeoutMs 0 for as long as it takes
   * @param mayWait whether whoever was connected before may wait for longer
   */
  constructor(client: ChatClient, timeoutMs: number, mayWait: () => boolean) {
    this.#timeoutMs = timeoutMs
    this.#mayWait = mayWait
    this.passed = new Promise((_, reject) => {
      this.#fail = reject
    })
    this.#end = client.on('status', (status) => {
      const { state } = status
      if (state === 'open') this.#wasOpen = true
      if (state === 'waiting') this.#reason = status.reason
      if (state === 'open') this.#stop()
      else if (this.#timer === undefined) this.#start()
    })
    this.#start()
  }

  close(): void {
    this.#end()
    this.#stop()
  }

  #start(): void {
    if (this.#timeoutMs > 0) this.#timer = setTimeout(() => this.#pass(), this.#timeoutMs)
  }

  #stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #pass(): void {
    if (this.#wasOpen && this.#mayWait()) {
      this.#timer?.refresh()
      return
    }
    const why = this.#reason === undefined ? '' : `: ${this.#reason}`
    const seconds = this.#timeoutMs / 1_000
    this.#fail(new ChatwsError('CONNECT_FAILED', `no connection for ${seconds} s${why}`))
  }
}
