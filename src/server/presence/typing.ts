import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Bus } from '../../bus/bus.ts'
import { type Chat, chatKey } from '../../protocol/chat.ts'
import { TYPING_EXPIRES_MS, TYPING_INTERVAL_MS } from '../../protocol/limits.ts'

/** How often it is looked who has stopped. */
const SWEEP_MS = 250

/** Chats in which one user types at a time; of more, nobody is told. */
const MAX_CHATS = 100

/** Typists that are looked at before others have a turn. */
const SWEEP_STEP = 1_000

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
  /** User → `chatKey` → who types there, or is about to be told to have stopped. */
  readonly #typists = new Map<number, Map<string, Typist>>()
  #timer: NodeJS.Timeout | undefined
  #isSweeping = false

  /** @param now the time in milliseconds, from any beginning */
  constructor(bus: Bus, now: () => number = () => performance.now()) {
    this.#bus = bus
    this.#now = now
  }

  set(userId: number, chat: Chat, isTyping: boolean): void {
    const own = this.#typists.get(userId)
    const typist = own?.get(chatKey(chat.kind, chat.id))
    if (typist) this.#note(typist, isTyping)
    else if (isTyping && (own?.size ?? 0) < MAX_CHATS) this.#note(this.#add(userId, chat), true)
  }

  /** A user has left, and types nowhere any more. */
  leave(userId: number): void {
    for (const typist of this.#typists.get(userId)?.values() ?? []) {
      typist.isTyping = false
      this.#settle(typist)
    }
  }

  /** A user has lost a chat (a `chatKey`), and types there no more. */
  leaveChat(userId: number, chat: string): void {
    const typist = this.#typists.get(userId)?.get(chat)
    if (!typist) return
    typist.isTyping = false
    this.#settle(typist)
  }

  #add(userId: number, chat: Chat): Typist {
    const never = Number.NEGATIVE_INFINITY
    const typist = { userId, chat, isTyping: true, saidAtMs: never, told: false, toldAtMs: never }
    const own = this.#typists.get(userId) ?? new Map<string, Typist>()
    this.#typists.set(userId, own.set(chatKey(chat.kind, chat.id), typist))
    this.#timer ??= setInterval(() => void this.#sweep(), SWEEP_MS).unref()
    return typist
  }

  #note(typist: Typist, isTyping: boolean): void {
    typist.isTyping = isTyping
    typist.saidAtMs = this.#now()
    this.#settle(typist, true)
  }

  async #sweep(): Promise<void> {
    if (this.#isSweeping) return
    this.#isSweeping = true
    let looked = 0
    for (const own of this.#typists.values())
      for (const typist of own.values()) {
        if (this.#now() - typist.saidAtMs >= TYPING_EXPIRES_MS) typist.isTyping = false
        this.#settle(typist)
        looked += 1
        if (looked % SWEEP_STEP === 0) await nextTurn()
      }
    this.#isSweeping = false
  }

  /** Tells what has changed, or was just said again, if it may be told already. */
  #settle(typist: Typist, isSaid = false): void {
    const nowMs = this.#now()
    const sinceMs = nowMs - typist.toldAtMs
    // Told again while those who listen still believe it.
    const isRepeated = isSaid && typist.isTyping && sinceMs >= REPEAT_MS
    if (typist.isTyping === typist.told && !isRepeated) {
      if (!typist.isTyping && sinceMs >= TYPING_INTERVAL_MS) this.#forget(typist)
      return
    }
    if (sinceMs < TYPING_INTERVAL_MS) return
    typist.told = typist.isTyping
    typist.toldAtMs = nowMs
    const { userId, chat, isTyping } = typist
    this.#bus.publish('typing', { userId, chat, isTyping })
  }

  #forget({ userId, chat }: Typist): void {
    const own = this.#typists.get(userId)
    own?.delete(chatKey(chat.kind, chat.id))
    if (own?.size === 0) this.#typists.delete(userId)
    if (this.#typists.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
