import type { ChatClient } from '../../client/chat-client.ts'
import { type ClientFrame, LOG_FRAMES, type LogFrame } from '../../protocol/client-frames.ts'
import { QUESTIONS, type Question } from '../../protocol/questions.ts'
import { whyTooLarge } from './outgoing-message.ts'

/** While more frames than this wait for their answer, no further ones are read. */
const MAX_PENDING = 1_000

/** How long what the server tells all, because of what was sent here, may be behind its ACK. */
const TOLD_MS = 5_000

/** Sends frames and knows when there is room for more, and when all has come back. */
export class FrameSender {
  readonly #client: ChatClient
  readonly #onRefused: (line: number, why: string) => void
  #pending = 0
  #wake: (() => void) | undefined
  /** How far the log is because of what was sent. */
  #storedOffset = 0
  #hasPosted = false

  /** @param onRefused hears of each frame that is not stored or answered, and the line it came from */
  constructor(client: ChatClient, onRefused: (line: number, why: string) => void) {
    this.#client = client
    this.#onRefused = onRefused
  }

  /** Frames without an answer. */
  get pending(): number {
    return this.#pending
  }

  /** Resolves once there is a connection for a frame that none waits for; others wait by themselves. */
  async send(line: number, frame: ClientFrame): Promise<void> {
    const tooLarge = whyTooLarge(frame)
    if (tooLarge !== undefined) this.#onRefused(line, tooLarge)
    else if (isOneOf(LOG_FRAMES, frame)) this.#await(line, this.#store(frame as LogFrame))
    else if (isOneOf(QUESTIONS, frame)) this.#await(line, this.#ask(frame as Question))
    else {
      if (this.#client.status.state !== 'open') await untilOpen(this.#client)
      this.#client.post(frame as Exclude<ClientFrame, LogFrame | Question>)
      this.#hasPosted = true
    }
  }

  /** Resolves once there is room for another frame; one caller at a time. */
  async room(): Promise<void> {
    while (this.#pending >= MAX_PENDING) await this.#nextAnswer()
  }

  /**
   * Resolves once every frame has its answer, and what was stored has come back like others'; one
   * caller at a time.
   */
  async idle(): Promise<void> {
    while (this.#pending > 0) await this.#nextAnswer()
    if (this.#hasPosted) await this.#client.ping().catch(() => {})
    if (!this.#isTold()) await this.#untilTold()
  }

  async #store(frame: LogFrame): Promise<void> {
    const isMessage = frame.type === 'NEW_MESSAGE' || frame.type === 'NEW_SUPPORT_MESSAGE'
    const ack = await (isMessage ? this.#client.send(frame) : this.#client.submit(frame))
    this.#storedOffset = Math.max(this.#storedOffset, ack.offset)
  }

  async #ask(question: Question): Promise<void> {
    if (question.type !== 'SUBSCRIBE')
      await this.#client.ask(question as Question & { type: 'CHATS' })
    // The client says it again on every connection.
    else await this.#client.subscribe(question as Parameters<ChatClient['subscribe']>[0])
  }

  #await(line: number, answer: Promise<void>): void {
    this.#pending += 1
    answer.then(
      () => this.#answered(),
      (error: Error) => {
        // What a closed client gives up is told as one, by whoever closed it.
        if (this.#client.status.state !== 'closed') this.#onRefused(line, error.message)
        this.#answered()
      },
    )
  }

  #isTold(): boolean {
    return (this.#client.position?.offset ?? 0) >= this.#storedOffset
  }

  #untilTold(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        end()
        resolve()
      }
      const timer = setTimeout(done, TOLD_MS)
      // The frame is told before what follows from it.
      const end = this.#client.on('frame', () => queueMicrotask(() => this.#isTold() && done()))
    })
  }

  #nextAnswer(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  #answered(): void {
    this.#pending -= 1
    this.#wake?.()
  }
}

function isOneOf(table: object, { type }: ClientFrame): boolean {
  return Object.hasOwn(table, type)
}

function untilOpen(client: ChatClient): Promise<void> {
  return new Promise((resolve) => {
    const end = client.on('established', () => {
      end()
      resolve()
    })
  })
}
