import type { History } from '../protocol/questions.ts'
import type { KnownMessage, Payload } from './known-message.ts'
import type { MessageList } from './message-list.ts'

/** The threads of a chat whose replies are kept, those of the last looks. */
const MAX_THREADS = 20

/** The replies in the threads of one chat that somebody has looked at. */
export class ThreadLists {
  readonly #create: (rootId: number) => MessageList
  /** Message that a thread begins with → its replies, longest not looked at first */
  readonly #lists = new Map<number, MessageList>()
  readonly #messages = new Map<number, readonly KnownMessage[]>()

  /** @param create makes the list of a thread, with the replies that are known */
  constructor(create: (rootId: number) => MessageList) {
    this.#create = create
  }

  /** The known replies, oldest first; the same array until one changed. */
  messages(rootId: number): readonly KnownMessage[] {
    const messages = this.#messages.get(rootId) ?? this.#list(rootId).toArray()
    this.#messages.set(rootId, messages)
    return messages
  }

  find(id: number): KnownMessage | undefined {
    for (const list of this.#lists.values()) {
      const message = list.find(id)
      if (message) return message
    }
    return undefined
  }

  add(rootId: number, reply: Payload): void {
    this.#lists.get(rootId)?.add(reply)
    this.#messages.delete(rootId)
  }

  addPage(rootId: number, { messages, before, has_more }: History): void {
    this.#list(rootId).addPage(messages, before, has_more)
    this.#messages.delete(rootId)
  }

  /** Changes a message, now or once a page brings it; false when it is not known. */
  change(id: number, change: (message: KnownMessage) => KnownMessage): boolean {
    let isKnown = false
    for (const [rootId, list] of this.#lists)
      if (list.change(id, change)) {
        this.#messages.delete(rootId)
        isKnown = true
      }
    return isKnown
  }

  changeAll(change: (message: KnownMessage) => KnownMessage): void {
    for (const [rootId, list] of this.#lists)
      if (list.changeAll(change)) this.#messages.delete(rootId)
  }

  clear(): void {
    this.#lists.clear()
    this.#messages.clear()
  }

  #list(rootId: number): MessageList {
    const list = this.#lists.get(rootId) ?? this.#create(rootId)
    this.#lists.delete(rootId)
    this.#lists.set(rootId, list)
    if (this.#lists.size > MAX_THREADS) {
      const [oldest] = this.#lists.keys()
      this.#lists.delete(oldest!)
      this.#messages.delete(oldest!)
    }
    return list
  }
}
