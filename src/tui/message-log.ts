/** A message as the server stored it. */
export interface LoggedMessage {
  readonly type: 'message'
  readonly senderId: number
  readonly content: string
  /** ISO 8601, or whatever the server sent in its place. */
  readonly createdAt: string
  /** Counts the epochs seen; a later one follows every offset of an earlier one. */
  readonly generation: number
  readonly offset: number
}

/** A line from the client itself. */
export interface Notice {
  readonly type: 'notice'
  readonly text: string
  readonly createdAt: string
}

export type LogEntry = LoggedMessage | Notice

/**
 * The newest messages of every chat and the notices between them, bounded over all chats
 * together. Within a chat, messages stand in the order of their offsets, each once.
 */
export class MessageLog {
  readonly #capacity: number
  /** label of a chat → its entries, oldest first */
  readonly #entries = new Map<string, LogEntry[]>()
  /** The chat of each entry, in the order they were added. */
  readonly #order: string[] = []

  /** @param capacity entries kept, over all chats */
  constructor(capacity = 5_000) {
    this.#capacity = capacity
  }

  entries(label: string): readonly LogEntry[] {
    return this.#entries.get(label) ?? []
  }

  /** Adds an entry to a chat. Returns false for a message that is there already. */
  add(label: string, entry: LogEntry): boolean {
    let entries = this.#entries.get(label)
    if (!entries) {
      entries = []
      this.#entries.set(label, entries)
    }
    const index = entry.type === 'notice' ? entries.length : placeOf(entry, entries)
    if (index === undefined) return false
    entries.splice(index, 0, entry)
    this.#order.push(label)
    if (this.#order.length > this.#capacity) this.#removeOldest()
    return true
  }

  #removeOldest(): void {
    const label = this.#order.shift()!
    const entries = this.#entries.get(label)!
    entries.shift()
    if (entries.length === 0) this.#entries.delete(label)
  }
}

/** Where a message belongs, or undefined if it is there. It is looked for from the newest on. */
function placeOf(message: LoggedMessage, entries: readonly LogEntry[]): number | undefined {
  let place = entries.length
  for (let index = entries.length - 1; index >= 0; index--) {
    const entry = entries[index]!
    if (entry.type === 'notice') continue
    const order = entry.generation - message.generation || entry.offset - message.offset
    if (order === 0) return undefined
    if (order < 0) break
    place = index
  }
  return place
}
