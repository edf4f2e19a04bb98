import { type KnownMessage, type Payload, toKnown } from './known-message.ts'

/** What becomes of a message. */
type Change = (message: KnownMessage) => KnownMessage

/** Changes of messages that are not known are kept for the page that may bring them. */
const MAX_EARLY_CHANGES = 200

/**
 * The newest messages of one chat that are known, by id, without a hole. It grows at its end as
 * messages come and at its start as older pages are read; beyond its limit it forgets the oldest
 * as new ones come, and never what was read of the past before that.
 */
export class MessageList {
  readonly #limit: number
  readonly #adopt: (payload: Payload) => KnownMessage
  #messages: KnownMessage[] = []
  #early: { id: number; change: Change }[] = []
  /** Whether there are older ones; undefined until a page has told. */
  #hasMore: boolean | undefined

  /** @param adopt makes a message of what has come */
  constructor(limit: number, adopt = toKnown) {
    this.#limit = limit
    this.#adopt = adopt
  }

  /** Begins with messages that are known otherwise; returns itself. */
  begin(messages: readonly KnownMessage[], isWhole: boolean): this {
    this.#messages = [...messages]
    if (isWhole) this.#hasMore = false
    return this
  }

  get hasMore(): boolean | undefined {
    return this.#hasMore
  }

  get newest(): KnownMessage | undefined {
    return this.#messages.at(-1)
  }

  /** The messages, oldest first, as they are now. */
  toArray(): readonly KnownMessage[] {
    return this.#messages.slice()
  }

  find(id: number): KnownMessage | undefined {
    const message = this.#messages[this.#indexOf(id)]
    return message?.id === id ? message : undefined
  }

  /** The messages with an id above this. */
  after(id: number): readonly KnownMessage[] {
    return this.#messages.slice(this.#indexOf(id + 1))
  }

  /** Whether all messages from an id on are known. */
  reachesBackTo(id: number): boolean {
    const [oldest] = this.#messages
    return this.#hasMore === false || (oldest !== undefined && oldest.id <= id)
  }

  /** A message has come. Returns the one that was forgotten for it, if one was. */
  add(payload: Payload): KnownMessage | undefined {
    if (!this.#insert(payload) || this.#messages.length <= this.#limit) return undefined
    this.#hasMore = true
    return this.#messages.shift()
  }

  /**
   * A page was read: the messages before an id, or the newest. It is taken if it leaves no hole;
   * what is known already is newer than the page, because it followed every change.
   */
  addPage(payloads: readonly Payload[], before: number | undefined, hasMore: boolean): void {
    const [oldest] = this.#messages
    if (before !== undefined && (!oldest || before < oldest.id)) return
    for (const payload of payloads) this.#insert(payload)
    const isOldest = !oldest || payloads[0] === undefined || payloads[0].id <= oldest.id
    if (isOldest) this.#hasMore = hasMore
  }

  /** Changes a message, now or once a page brings it; false when it is not known. */
  change(id: number, change: Change): boolean {
    const index = this.#indexOf(id)
    const message = this.#messages[index]
    if (message?.id !== id) {
      this.#early.push({ id, change })
      if (this.#early.length > MAX_EARLY_CHANGES) this.#early.shift()
      return false
    }
    this.#messages[index] = change(message)
    return true
  }

  /** Changes whichever messages are to be changed; false when none was. */
  changeAll(change: Change): boolean {
    const before = this.#messages
    this.#messages = before.map(change)
    return this.#messages.some((message, i) => message !== before[i])
  }

  /** Forgets everything. */
  clear(): void {
    this.#messages = []
    this.#early = []
    this.#hasMore = undefined
  }

  /** A message with what has become of it before it was known. */
  withEarlyChanges(message: KnownMessage): KnownMessage {
    let changed = message
    for (const { id, change } of this.#early) if (id === message.id) changed = change(changed)
    return changed
  }

  #insert(payload: Payload): boolean {
    const { id } = payload
    const index = this.#indexOf(id)
    if (this.#messages[index]?.id === id) return false
    const message = this.withEarlyChanges(this.#adopt(payload))
    if (this.#early.length > 0) this.#early = this.#early.filter((early) => early.id !== id)
    if (index === this.#messages.length) this.#messages.push(message)
    else this.#messages.splice(index, 0, message)
    return true
  }

  /** Where a message with this id is or would be. */
  #indexOf(id: number): number {
    let [low, high] = [0, this.#messages.length]
    // The newest is asked for most.
    if (high > 0 && this.#messages[high - 1]!.id < id) return high
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#messages[middle]!.id < id) low = middle + 1
      else high = middle
    }
    return low
  }
}
