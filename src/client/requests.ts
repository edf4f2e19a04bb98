import type {
  ChatsRequest,
  HistoryRequest,
  LogFrame,
  PresenceRequest,
  SearchRequest,
  Subscribe,
  SupportQueueRequest,
} from '../protocol/client-frames.ts'
import { ChatwsError } from '../protocol/error.ts'
import { MAX_FRAME_BYTES } from '../protocol/limits.ts'
import type { Ack, AnswerFrame, ErrorFrame } from '../protocol/server-frames.ts'
import type { Link } from './connection.ts'
import { randomId } from './random-id.ts'
import type { Timers } from './timers.ts'
import { Unanswered } from './unanswered.ts'

/** How long an answer may take, reconnecting included. */
const ANSWER_TIMEOUT_MS = 30_000

/** How long to wait before what the server could not store or read is sent again. */
const RETRY_DELAY_MS = 1_000

/** A frame that is answered with a frame of its own. */
export type Question =
  | PresenceRequest
  | Subscribe
  | HistoryRequest
  | ChatsRequest
  | SearchRequest
  | SupportQueueRequest

/** A frame that can be told apart: one with a `client_id`. */
export type Named<Frame> = Frame & { client_id: string }

interface UnansweredPing {
  readonly client_id: string
  readonly t: number
  sentAtMs: number
}

/**
 * What was asked of the server and is not answered yet. It is sent again after every reconnect:
 * what belongs into the log is stored once because its `client_id` stays, and waits for its ACK as
 * long as it takes; questions and pings have their time.
 */
export class Requests {
  readonly #link: Link
  readonly #timers: Timers
  readonly #sends = new Unanswered<Named<LogFrame>, Ack>()
  readonly #questions = new Unanswered<Named<Question>, AnswerFrame>()
  readonly #pings = new Unanswered<UnansweredPing, undefined>()
  #pingCount = 0

  constructor(link: Link, timers: Timers) {
    this.#link = link
    this.#timers = timers
  }

  /** Frames for the log that are not acknowledged yet. */
  get pendingSends(): number {
    return this.#sends.size
  }

  /** Sends a frame for the log now, or once connected. */
  async submit(frame: LogFrame, signal: AbortSignal | undefined): Promise<Ack> {
    signal?.throwIfAborted()
    const named = withName(frame)
    const acknowledged = this.#sends.add(named, signal)
    this.#link.send(named)
    return acknowledged
  }

  /** Asks now, or once connected, for the answer that belongs to the question. */
  async ask<Answer extends AnswerFrame>(
    question: Question,
    signal: AbortSignal | undefined,
  ): Promise<Answer> {
    signal?.throwIfAborted()
    const named = withName(question)
    const answered = this.#questions.add(named, signal)
    this.#link.send(named)
    return this.#inTime(answered, () =>
      this.#questions.reject(named.client_id, timedOut()),
    ) as Promise<Answer>
  }

  /** Measures a round trip on one connection, in milliseconds. */
  async ping(signal: AbortSignal | undefined): Promise<number> {
    signal?.throwIfAborted()
    this.#pingCount += 1
    const t = this.#pingCount
    const ping: UnansweredPing = { client_id: String(t), t, sentAtMs: performance.now() }
    const answered = this.#pings.add(ping, signal)
    this.#link.send({ type: 'PING', t })
    await this.#inTime(answered, () => this.#pings.reject(ping.client_id, timedOut()))
    return performance.now() - ping.sentAtMs
  }

  /**
   * Writes everything to a new connection, the chats it is to be about first.
   *
   * @param subscribe the newest wish, whether it was answered or not
   */
  repeat(subscribe: Named<Subscribe> | undefined): void {
    const questions = this.#questions.frames()
    for (const frame of questions)
      if (frame.type === 'SUBSCRIBE' && frame.client_id !== subscribe?.client_id)
        this.#link.write(frame)
    if (subscribe) this.#link.write(subscribe)
    for (const frame of this.#sends.frames()) this.#link.write(frame)
    for (const frame of questions) if (frame.type !== 'SUBSCRIBE') this.#link.write(frame)
    for (const ping of this.#pings.frames()) {
      ping.sentAtMs = performance.now()
      this.#link.write({ type: 'PING', t: ping.t })
    }
  }

  acknowledged(ack: Ack): void {
    this.#sends.settle(ack.client_id, ack)
  }

  answered(answer: AnswerFrame): void {
    if (answer.client_id !== undefined) this.#questions.settle(answer.client_id, answer)
  }

  pong(t: number): void {
    this.#pings.settle(String(t), undefined)
  }

  /** The server has refused a frame: for good, or until it is sent again. */
  refused({ ref, code, message }: ErrorFrame): void {
    if (ref === undefined) return
    const error = new ChatwsError(code, message)
    if (!error.retryable) {
      this.#sends.reject(ref, error)
      this.#questions.reject(ref, error)
      return
    }
    this.#timers.after(RETRY_DELAY_MS, () => {
      const frame = this.#sends.find(ref) ?? this.#questions.find(ref)
      if (frame) this.#link.send(frame)
    })
  }

  /**
   * The server has another history than before, in which a message's id means another message:
   * what was to be done to one is given up.
   */
  forgetMessages(): void {
    const error = new ChatwsError('NOT_FOUND', 'The message was of a history that is gone')
    for (const { type, client_id } of this.#sends.frames())
      if (type === 'EDIT' || type === 'DELETE' || type === 'REACT')
        this.#sends.reject(client_id, error)
  }

  rejectAll(error: ChatwsError): void {
    this.#sends.rejectAll(error)
    this.#questions.rejectAll(error)
    this.#pings.rejectAll(error)
  }

  /** Calls `giveUp` unless the answer comes in time. */
  async #inTime<Answer>(answered: Promise<Answer>, giveUp: () => void): Promise<Answer> {
    const cancel = this.#timers.after(ANSWER_TIMEOUT_MS, giveUp)
    try {
      return await answered
    } finally {
      cancel()
    }
  }
}

/** The frame with a name of its own, unless it has one; throws TOO_LARGE. */
function withName<Frame extends { client_id?: string | undefined }>(frame: Frame): Named<Frame> {
  const named = { ...frame, client_id: frame.client_id ?? randomId() }
  // The server would close the connection for it, again after every reconnect.
  const sizeBytes = new TextEncoder().encode(JSON.stringify(named)).length
  if (sizeBytes > MAX_FRAME_BYTES)
    throw new ChatwsError(
      'TOO_LARGE',
      `The frame has ${sizeBytes} bytes; ${MAX_FRAME_BYTES} are allowed`,
    )
  return named
}

function timedOut(): ChatwsError {
  return new ChatwsError('CONNECT_FAILED', `No answer within ${ANSWER_TIMEOUT_MS / 1_000} s`)
}
