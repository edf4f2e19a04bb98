/**
 * Whom a frame is for: everyone where it is undefined, the readers of a chat where it is that chat's
 * `chatKey`, nobody where it is empty. Where chats have members, it says all that their rights depend on.
 */
export type Place = string | Audience | undefined

/** The place of a frame that is for nobody. */
export const NOBODY = ''

/** Whom a frame is for, where not everyone may read everything. */
export interface Audience {
  /** Readers of this chat, a `chatKey`. */
  readonly chat?: string
  /** The offset of the message that it tells or is about: not for who may read only later ones. */
  readonly messageOffset?: number
  /**
   * Whether it is the message itself: who reads the chat when it is told may read it, whenever one has
   * joined.
   */
  readonly isNew?: boolean
  /** Not for this user. */
  readonly hiddenFrom?: number | undefined
  /** Whose doing it is: in a direct chat not for who has blocked that user. */
  readonly from?: number
  /** Whose presence or profile it tells: not for those whom that user has blocked. */
  readonly about?: number
  /** Of the readers, only those who may moderate. */
  readonly isForModerators?: boolean
  /** Readers of any of these chats. */
  readonly chats?: readonly string[]
  /** Of those readers, only who had come into the chat before this offset. */
  readonly before?: number
  /** These users, whatever they may read. */
  readonly users?: readonly number[]
}

/** What a connection is sent of all frames. */
export interface FrameFilter {
  /** Under which it is to be found by `keysOf` what it lets through. */
  keys(): Iterable<string>
  passes(place: Place): boolean
  /** The chats that the client wants, as `chatKey`s; undefined is all. */
  readonly wanted: ReadonlySet<string> | undefined
}

/** The key of those who read all support chats. */
export const AGENTS = 'agents'

/** The key of those who may moderate everything. */
export const ADMINS = 'admins'

/** The key of a user's connections. */
export function userKey(userId: number): string {
  return `user ${userId}`
}

/** The keys under which those are found whom a frame may be for. */
export function* keysOf(place: string | Audience): Iterable<string> {
  if (typeof place === 'string') {
    yield place
    return
  }
  if (place.chat !== undefined) yield* keysOfChat(place.chat)
  for (const chat of place.chats ?? []) yield* keysOfChat(chat)
  for (const userId of place.users ?? []) yield userKey(userId)
  if (place.isForModerators) yield ADMINS
}

/**
 * Whether a frame that is told now is for all that are found under the key of its chat, and nobody else:
 * then nobody's rights are to be looked at once more.
 */
export function isForReaders({ chat, isNew, hiddenFrom }: Audience): boolean {
  return isNew === true && hiddenFrom === undefined && !isSupportKey(chat!)
}

function isSupportKey(chat: string): boolean {
  return chat.startsWith('support ')
}

function* keysOfChat(chat: string): Iterable<string> {
  yield chat
  if (isSupportKey(chat)) yield AGENTS
}

/** Some chats, where everyone may read everything. */
export class ChatSubscription implements FrameFilter {
  readonly wanted: ReadonlySet<string>

  /** @param chats `chatKey`s */
  constructor(chats: ReadonlySet<string>) {
    this.wanted = chats
  }

  keys(): Iterable<string> {
    return this.wanted
  }

  passes(place: Place): boolean {
    return place === undefined || (typeof place === 'string' && this.wanted.has(place))
  }
}
