import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { ChatwsError } from '../../protocol/error.ts'
import type { ParsedFrame } from '../audit/parsed-frame.ts'
import { Probe } from './probe.ts'

/** How long a server has to answer. */
const TIMEOUT_MS = 30_000

/** The wait before a request is made again that came too soon, where the server does not say. */
const RETRY_MS = 100

/** A user's connection that asks the server for one thing after the other. */
export class Asker {
  readonly #probe: Probe
  readonly #userId: number
  readonly #waiting = new Map<
    string,
    { resolve: (frame: ParsedFrame) => void; reject: (error: Error) => void }
  >()
  /** Begins the names of requests, so that they are no other run's. */
  readonly #prefix = randomBytes(4).toString('hex')
  #serial = 0

  /** @param query stands after the path, from `?` on */
  constructor(url: string, query: string, userId: number) {
    this.#userId = userId
    this.#probe = new Probe(url, query, TIMEOUT_MS, {
      onFrame: (frame) => this.#onFrame(frame),
      onEnd: (error) => this.#fail(error),
    })
  }

  /** The log's newest offset when it was greeted, and who may read what. Throws CONNECT_FAILED. */
  get greeting(): Probe['greeting'] {
    return this.#probe.greeting
  }

  close(): void {
    this.#probe.close()
  }

  /**
   * Asks, and asks again what came too soon. Throws CHATS_FAILED when the server refuses it, or does
   * not answer. @param clientId the request's name, if it is to be done once in all runs
   */
  async ask(frame: { readonly type: string }, clientId?: string): Promise<ParsedFrame> {
    for (;;) {
      const answer = await this.#send(frame, clientId ?? `${this.#prefix}:${this.#serial++}`)
      if (answer.type !== 'ERROR') return answer
      if (answer.code !== 'RATE_LIMITED')
        throw new ChatwsError('CHATS_NOT_MADE', refusalOf(frame.type, answer))
      await sleep(Number(answer.retry_after_ms ?? RETRY_MS))
    }
  }

  async #send(frame: object, clientId: string): Promise<ParsedFrame> {
    const timer = setTimeout(() => this.#fail(new Error('it did not answer')), TIMEOUT_MS)
    try {
      return await new Promise((resolve, reject) => {
        this.#waiting.set(clientId, { resolve, reject })
        this.#probe.send(JSON.stringify({ ...frame, client_id: clientId }))
      })
    } finally {
      clearTimeout(timer)
    }
  }

  #onFrame(frame: ParsedFrame): void {
    const name = String(frame.client_id ?? frame.ref)
    this.#waiting.get(name)?.resolve(frame)
    this.#waiting.delete(name)
  }

  #fail({ message }: Error): void {
    const text = `The chats could not be made: user ${this.#userId}: ${message}`
    for (const { reject } of this.#waiting.values()) reject(new ChatwsError('CHATS_NOT_MADE', text))
    this.#waiting.clear()
  }
}

function refusalOf(type: string, { code, message }: ParsedFrame): string {
  return `The chats could not be made: ${type} was answered with ${code}: ${message}`
}
