import type { LogFrame, NewMessage, NewSupportMessage } from '../protocol/client-frames.ts'
import { ChatwsError } from '../protocol/error.ts'
import { MAX_FRAME_BYTES } from '../protocol/limits.ts'
import type { AnswerFrame, AnswerTo, Question, Subscribe } from '../protocol/questions.ts'
import type { Ack, ConnectionEstablished, ErrorFrame } from '../protocol/server-frames.ts'
import { Pace } from './pace.ts'
import { randomId } from './random-id.ts'
import type { Link } from './reconnecting-socket.ts'
import type { Timers } from './timers.ts'
import { Unanswered } from './unanswered.ts'

/** How long an answer may take, reconnecting included. */
const ANSWER_TIMEOUT_MS = 30_000

/** How long to wait before what the server could not store or read is sent again. */
const RETRY_DELAY_MS = 1_000

/** The shortest time between two looks at what waits for its turn. */
const TURN_MS = 20

/** A frame that can be told apart: one with a `client_id`. */
export type Named<Frame> = Frame & { client_id: string }

/** A frame that need not have a `client_id` yet. */
export type Unnamed<Frame> = Frame extends { client_id?: string | undefined }
  ? Omit<Frame, 'client_id'> & { client_id?: string | undefined }
  : never

/** A message that can be told apart. */
export type NamedMessage = Named<NewMessage | NewSupportMessage>

interface UnansweredPing {
  readonly client_id: string
  readonly t: number
  sentAtMs: number
}

/**
 * What was asked of the server and is not answered yet. It is sent again after every reconnect:
 * what belongs into the log is stored once because its `client_id` stays, and waits for its ACK as
 * long as it takes; questions and pings have their time. Nothing goes out faster than the server
 * takes it.
 */
export class Requests {
  readonly #link: Link
  readonly #timers: Timers
  readonly #sends = new Unanswered<Named<LogFrame>, Ack>()
  readonly #questions = new Unanswered<Named<Question>, AnswerFrame>()
  readonly #pings = new Unanswered<UnansweredPing, undefined>()
  /** client_id of each frame that is still to be sent, or again, on this connection. */
  readonly #due = new Set<string>()
  readonly #pace = new Pace()
  #cancelTurn: (() => void) | undefined
  #pingCount = 0

  constructor(link: Link, timers: Timers) {
    this.#link = link
    this.#timers = timers
  }

  /** Frames for the log that are not acknowledged yet. */
  get pendingSends(): number {
    return this.#sends.size
  }

  /** Whether there are messages that are not acknowledged yet. */
  get isSendingMessages(): boolean {
    return this.#sends.frames().some(({ type }) => type.startsWith('NEW_'))
  }

  /** Sends a frame for the log now, or once connected. */
  async submit(frame: Unnamed<LogFrame>, signal: AbortSignal | undefined): Promise<Ack> {
    signal?.throwIfAborted()
    const named = withName(frame) as Named<LogFrame>
    const acknowledged = this.#sends.add(named, signal)
    this.#send(named)
    return acknowledged
  }

  /** Asks now, or once connected, for the answer that belongs to the question. */
  async ask<Type extends Question['type']>(
    question: Extract<Question, { type: Type }>,
    signal: AbortSignal | undefined,
  ): Promise<AnswerTo<Type>> {
    signal?.throwIfAborted()
    const named = withName(question)
    const answered = this.#questions.add(named, signal)
    this.#send(named)
    return this.#inTime(answered, () =>
      this.#questions.reject(named.client_id, timedOut()),
    ) as Promise<AnswerTo<Type>>
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
   * A new connection was greeted: writes the chats it is to be about, and all that waits.
   *
   * @param subscribe the newest wish, whether it was answered or not
   */
  repeat({ limits }: ConnectionEstablished, subscribe: Named<Subscribe> | undefined): void {
    this.#pace.start(limits)
    this.#cancelTurn?.()
    this.#cancelTurn = undefined
    this.#due.clear()
    for (const { client_id } of this.#sends.frames()) this.#due.add(client_id)
    for (const frame of this.#questions.frames()) {
      if (frame.type !== 'SUBSCRIBE') this.#due.add(frame.client_id)
      else if (frame.client_id !== subscribe?.client_id) this.#link.write(frame)
    }
    if (subscribe) this.#link.write(subscribe)
    this.#sendDue()
    for (const ping of this.#pings.frames()) {
      ping.sentAtMs = performance.now()
      this.#link.write({ type: 'PING', t: ping.t })
    }
  }

  acknowledged(ack: Ack): void {
    this.#sends.settle(ack.client_id, ack)
  }

  /**
   * Whether a frame answers a question that waits for it: it has the question's name, and the type of
   * its answer, which but for one is the question's.
   */
  isAwaited({ type, client_id }: AnswerFrame): boolean {
    const question = client_id === undefined ? undefined : this.#questions.find(client_id)
    const answers = question?.type === 'SUBSCRIBE' ? 'SUBSCRIBED' : question?.type
    return question !== undefined && type === answers
  }

  answered(answer: AnswerFrame): void {
    if (answer.client_id !== undefined) this.#questions.settle(answer.client_id, answer)
  }

  pong(t: number): void {
    this.#pings.settle(String(t), undefined)
  }

  /** The server has refused a frame: for good, or until it is sent again. */
  refused({ ref, code, message, retry_after_ms = RETRY_DELAY_MS }: ErrorFrame): void {
    if (code === 'RATE_LIMITED') this.#pace.hold(retry_after_ms)
    if (ref === undefined) return
    const error = new ChatwsError(code, message)
    if (!error.retryable) {
      this.#sends.reject(ref, error)
      this.#questions.reject(ref, error)
    } else if (code === 'RATE_LIMITED') this.#sendAgain(ref)
    else this.#timers.after(RETRY_DELAY_MS, () => this.#sendAgain(ref))
  }

  /**
   * The server has another history than before, in which an id means another message, report or
   * chat: what was to be done to one is given up.
   */
  forgetHistory(): void {
    const error = new ChatwsError('NOT_FOUND', 'What it was about was of a history that is gone')
    for (const frame of this.#sends.frames())
      if (isAboutHistory(frame)) this.#sends.reject(frame.client_id, error)
  }

  rejectAll(error: ChatwsError): void {
    this.#sends.rejectAll(error)
    this.#questions.rejectAll(error)
    this.#pings.rejectAll(error)
  }

  /** Sends a frame at once, or after those that wait for their turn. */
  #send(frame: Named<LogFrame | Question>): void {
    if (!this.#link.isOpen) return
    if (this.#due.size === 0 && this.#pace.take() === 0) {
      this.#link.write(frame)
      return
    }
    this.#due.add(frame.client_id)
    this.#sendDue()
  }

  #sendAgain(clientId: string): void {
    if (!this.#link.isOpen) return
    this.#due.add(clientId)
    this.#sendDue()
  }

  /** Writes what is due, in its order, as far as the server takes it now. */
  #sendDue(): void {
    if (this.#cancelTurn) return
    for (const frame of [...this.#sends.frames(), ...this.#questions.frames()]) {
      if (!this.#due.has(frame.client_id)) continue
      const waitMs = this.#pace.take()
      if (waitMs > 0) {
        this.#cancelTurn = this.#timers.after(Math.max(waitMs, TURN_MS), () => {
          this.#cancelTurn = undefined
          if (this.#link.isOpen) this.#sendDue()
        })
        return
      }
      this.#due.delete(frame.client_id)
      this.#link.write(frame)
    }
    // Whatever is left was given up.
    this.#due.clear()
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

/** Whether a frame names what the server has given an id, but for the chat that a message is for. */
function isAboutHistory(frame: LogFrame): boolean {
  if (frame.type === 'NEW_MESSAGE') return false
  const names = ['message_id', 'support_message_id', 'report_id', 'chat_id']
  return names.some((name) => name in frame)
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
