import type { KnownMessage } from '../client/known-message.ts'
import { isPending, messageKey, type PendingMessage, type ShownMessage } from './draft.ts'

/** A line of a chat: a message, or what stands between two. It stays the same while nothing of it changed. */
export type TimelineItem =
  | { readonly type: 'day'; readonly key: string /** `2024-05-31`. */; readonly date: string }
  /** Below it stands what is unread. */
  | { readonly type: 'unread'; readonly key: string }
  | MessageItem<'message', KnownMessage>
  | MessageItem<'pending', PendingMessage>

interface MessageItem<Type, Message> {
  readonly type: Type
  readonly key: string
  readonly message: Message
  /** Whether it is the first of those that one user has written in a row, and whether the last. */
  readonly isHead: boolean
  readonly isTail: boolean
}

export interface TimelineOptions {
  /** Messages of one user that are further apart begin anew; 5 minutes unless given. */
  readonly groupMs?: number
  /** Whether a day begins at midnight in UTC, as on a server, which knows no reader's zone. */
  readonly isUtc?: boolean
}

/** A message in its place among others. */
interface Row {
  readonly isNewDay: boolean
  readonly isFirstUnread: boolean
  readonly isHead: boolean
  readonly isTail: boolean
  /** The message's line, and what stands before it. */
  readonly items: readonly TimelineItem[]
}

interface Moment {
  readonly atMs: number
  readonly day: string
}

/** Makes the lines of one chat from its messages, and only those anew that have changed. */
export class Timeline {
  readonly #groupMs: number
  readonly #isUtc: boolean
  readonly #moments = new WeakMap<ShownMessage, Moment>()
  readonly #rows = new WeakMap<ShownMessage, Row>()
  #messages: readonly ShownMessage[] = []
  #firstUnreadId: number | undefined
  #items: readonly TimelineItem[] = []
  /** How many items there are up to and with each message. */
  #ends: readonly number[] = []

  constructor({ groupMs = 300_000, isUtc = false }: TimelineOptions = {}) {
    this.#groupMs = groupMs
    this.#isUtc = isUtc
  }

  /**
   * The lines; the same array until one changed.
   *
   * @param firstUnreadId the message above which the line stands that says so
   */
  update(
    messages: readonly ShownMessage[],
    firstUnreadId: number | undefined,
  ): readonly TimelineItem[] {
    const isSameMark = firstUnreadId === this.#firstUnreadId
    const same = isSameMark ? countSame(this.#messages, messages) : 0
    if (isSameMark && same === messages.length && same === this.#messages.length) return this.#items
    this.#firstUnreadId = firstUnreadId
    // The last one of those may have got another neighbour.
    const from = Math.max(0, same - 1)
    const ends = this.#ends.slice(0, from)
    const items = this.#items.slice(0, ends.at(-1) ?? 0)
    for (let i = from; i < messages.length; i += 1) {
      items.push(...this.#row(messages, i).items)
      ends.push(items.length)
    }
    this.#messages = messages
    this.#items = items
    this.#ends = ends
    return items
  }

  #row(messages: readonly ShownMessage[], i: number): Row {
    const message = messages[i]!
    const next = messages[i + 1]
    const isNewDay = this.#isNewDay(messages[i - 1], message)
    const isFirstUnread = !isPending(message) && message.id === this.#firstUnreadId
    const isHead = isFirstUnread || this.#isApart(messages[i - 1], message)
    const isTail =
      !next || (!isPending(next) && next.id === this.#firstUnreadId) || this.#isApart(message, next)
    const known = this.#rows.get(message)
    if (
      known?.isNewDay === isNewDay &&
      known.isFirstUnread === isFirstUnread &&
      known.isHead === isHead &&
      known.isTail === isTail
    )
      return known
    const key = messageKey(message)
    const items: TimelineItem[] = [
      isPending(message)
        ? { type: 'pending', key, message, isHead, isTail }
        : { type: 'message', key, message, isHead, isTail },
    ]
    if (isFirstUnread) items.unshift({ type: 'unread', key: 'unread' })
    if (isNewDay)
      items.unshift({ type: 'day', key: `day ${key}`, date: this.#momentOf(message).day })
    const row = { isNewDay, isFirstUnread, isHead, isTail, items }
    this.#rows.set(message, row)
    return row
  }

  #isNewDay(before: ShownMessage | undefined, message: ShownMessage): boolean {
    return !before || this.#momentOf(before).day !== this.#momentOf(message).day
  }

  #isApart(before: ShownMessage | undefined, message: ShownMessage): boolean {
    if (before?.sender_id !== message.sender_id || this.#isNewDay(before, message)) return true
    return this.#momentOf(message).atMs - this.#momentOf(before).atMs > this.#groupMs
  }

  #momentOf(message: ShownMessage): Moment {
    let moment = this.#moments.get(message)
    if (!moment) {
      const at = new Date(message.created_at)
      moment = {
        atMs: at.getTime(),
        day: this.#isUtc ? message.created_at.slice(0, 10) : dayOf(at),
      }
      this.#moments.set(message, moment)
    }
    return moment
  }
}

/** A day in the reader's zone, as `2024-05-31`. */
function dayOf(at: Date): string {
  const [month, day] = [at.getMonth() + 1, at.getDate()].map((part) =>
    String(part).padStart(2, '0'),
  )
  return `${at.getFullYear()}-${month}-${day}`
}

function countSame(before: readonly ShownMessage[], after: readonly ShownMessage[]): number {
  const most = Math.min(before.length, after.length)
  let same = 0
  while (same < most && before[same] === after[same]) same += 1
  return same
}
