import { type ChatRef, chatKeyOf, onlyChat } from '../protocol/chat.ts'
import { TYPING_EXPIRES_MS } from '../protocol/limits.ts'
import type { UserTyping } from '../protocol/server-frames.ts'
import type { Timers } from './timers.ts'

/** Who types where. One who is not heard of for a while has stopped, whatever became of the word. */
export class Typists {
  readonly #timers: Timers
  readonly #tell: (typing: UserTyping) => void
  /** Chat and user → ends the waiting for the next word. */
  readonly #cancels = new Map<string, () => void>()

  /** @param tell hears of each change */
  constructor(timers: Timers, tell: (typing: UserTyping) => void) {
    this.#timers = timers
    this.#tell = tell
  }

  /** The server says that someone types, still types, or has stopped. */
  heard(frame: UserTyping): void {
    const key = `${chatKeyOf(frame)} ${frame.userId}`
    const cancel = this.#cancels.get(key)
    cancel?.()
    this.#cancels.delete(key)
    if (frame.typing) {
      const expire = () => this.stopped(frame, frame.userId)
      this.#cancels.set(key, this.#timers.after(TYPING_EXPIRES_MS, expire))
    }
    if (frame.typing !== (cancel !== undefined)) this.#tell(frame)
  }

  /** Someone is known to have stopped. */
  stopped(chat: ChatRef, userId: number): void {
    this.heard({ type: 'TYPING', ...onlyChat(chat), userId, typing: false })
  }
}
