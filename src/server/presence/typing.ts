import type { Bus } from '../../bus/bus.ts'
import { type Chat, chatKey } from '../../protocol/chat.ts'
import { TYPING_EXPIRES_MS, TYPING_INTERVAL_MS } from '../../protocol/limits.ts'

/** How often it is looked who has stopped. */
const SWEEP_MS = 250

/** How old what was told must be to be told again; clients repeat it every three seconds. */
const REPEAT_MS = TYPING_EXPIRES_MS / 2 - 500

interface Typist {
  readonly userId: number
  readonly chat: Chat
  isTyping: boolean
  /** When the client last said that its user types. */
  saidAtMs: number
  /** What the others were told last, and when. */
  told: boolean
  toldAtMs: number
}

/**
 * Who types where. Each change is told, and so is going on before it would expire for those who
 * listen; but of one user and chat at most once an interval, whatever the client says. Who says
 * nothing more is told to have stopped.
 */
export class TypingTracker {
  readonly #bus: Bus
  readonly #now: () => number
  /** User and chat → who types, or is about to be told to have stopped. */
  readonly #typists = new Map<string, Typist>()
  #timer: NodeJS.Timeout | undefined

  /** @param now the time in milliseconds, from any beginning */
  constructor(bus: Bus, now: () => number = () => performance.now()) {
    this.#bus = bus
    this.#now = now
  }

  set(userId: number, chat: Chat, isTyping: boolean): void {
    const key = `${userId} ${chatKey(chat.kind, chat.id)}`
    let typist = this.#typists.get(key)
    if (!typist) {
      if (!isTyping) return
      const never = Number.NEGATIVE_INFINITY
      typist = { userId, chat, isTyping, saidAtMs: never, told: false, toldAtMs: never }
      this.#typists.set(key, typist)
      this.#timer ??= setInterval(() => this.#sweep(), SWEEP_MS).unref()
    }
    typist.isTyping = isTyping
    typist.saidAtMs = this.#now()
    this.#settle(key, typist, true)
  }

  /** A user has left, and types nowhere any more. */
  leave(userId: number): void {
    for (const [key, typist] of this.#typists) {
      if (typist.userId !== userId) continue
      typist.isTyping = false
      this.#settle(key, typist)
    }
  }

  #sweep(): void {
    for (const [key, typist] of this.#typists) {
      if (this.#now() - typist.saidAtMs >= TYPING_EXPIRES_MS) typist.isTyping = false
      this.#settle(key, typist)
    }
  }

  /** Tells what has changed, or was just said again, if it may be told already. */
  #settle(key: string, typist: Typist, isSaid = false): void {
    const nowMs = this.#now()
    const sinceMs = nowMs - typist.toldAtMs
    // Told again while those who listen still believe it.
    const isRepeated = isSaid && typist.isTyping && sinceMs >= REPEAT_MS
    if (typist.isTyping === typist.told && !isRepeated) {
      if (!typist.isTyping && sinceMs >= TYPING_INTERVAL_MS) this.#forget(key)
      return
    }
    if (sinceMs < TYPING_INTERVAL_MS) return
    typist.told = typist.isTyping
    typist.toldAtMs = nowMs
    const { userId, chat, isTyping } = typist
    this.#bus.publish('typing', { userId, chat, isTyping })
  }

  #forget(key: string): void {
    this.#typists.delete(key)
    if (this.#typists.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
