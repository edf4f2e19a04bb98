import type { EditPayload, MessagePayload, SupportMessagePayload } from '../protocol/payloads.ts'

/** A message of either kind as it comes over the wire. */
export type Payload = MessagePayload | SupportMessagePayload

/** An emoji and the users who gave it, in the order in which they did. */
export interface KnownReaction {
  readonly emoji: string
  readonly userIds: readonly number[]
}

/**
 * A message as it is now. What changes it makes a new object. A deleted one has `deleted_at`, and
 * its content is empty.
 */
export type KnownMessage = Readonly<Omit<MessagePayload, 'chat_id' | 'reactions'>> & {
  readonly reactions: readonly KnownReaction[]
  /** The moderator who has deleted it, where that was told. */
  readonly deleted_by?: number
  /** Whether the user has blocked its sender. */
  readonly isBlocked?: true
}

export function toKnown(payload: Payload): KnownMessage {
  const {
    chat_id: _,
    support_chat_id: __,
    ...message
  } = { chat_id: 0, support_chat_id: 0, ...payload }
  return { ...message, reactions: payload.reactions ?? [] }
}

/**
 * Message → the offset of the edit that it shows, as far as that was told. The log's order says
 * which of two edits is the later one: the clocks that wrote `edited_at` may have been set between.
 */
const editOffsets = new WeakMap<KnownMessage, number>()

/**
 * The message after an edit. One that was deleted, or edited later as far as is known, stays as it
 * is: an edit that comes again may be older than the message it is about.
 */
export function edited(
  message: KnownMessage,
  edit: Pick<EditPayload, 'content' | 'mentions' | 'edited_at' | 'offset'>,
): KnownMessage {
  const isOlder = edit.offset < (editOffsets.get(message) ?? 0)
  if (message.deleted_at !== undefined || isOlder) return message
  const { mentions: _, ...rest } = message
  const { content, edited_at, mentions } = edit
  const after = { ...rest, content, edited_at, ...(mentions !== undefined && { mentions }) }
  editOffsets.set(after, edit.offset)
  return after
}

/** What is left of a message after its deletion. */
export function deleted(
  message: KnownMessage,
  { deleted_at, by }: { readonly deleted_at: string; readonly by?: number | undefined },
): KnownMessage {
  const { file_type: _, file_paths: __, mentions: ___, ...rest } = message
  return { ...rest, content: '', deleted_at, ...(by !== undefined && { deleted_by: by }) }
}

/** The message that a thread began with, after a reply; one that is counted already changes nothing. */
export function replied(message: KnownMessage, { id, created_at }: KnownMessage): KnownMessage {
  const { count, last_id } = message.replies ?? { count: 0, last_id: 0 }
  if (id <= last_id) return message
  return changed(message, { replies: { count: count + 1, last_id: id, last_at: created_at } })
}

/** Whose messages and cursor are the own ones, and whom the user does not want to hear. */
export interface Reader {
  readonly userId: number
  isBlocked(userId: number): boolean
}

/** A message that has come, as its reader sees it. */
export function adopted(payload: Payload, reader: Reader): KnownMessage {
  return marked(toKnown(payload), reader)
}

/** The message, marked where its reader has blocked its sender. */
export function marked(message: KnownMessage, reader: Reader): KnownMessage {
  const isBlocked = reader.isBlocked(message.sender_id)
  if ((message.isBlocked ?? false) === isBlocked) return message
  const { isBlocked: _, ...rest } = message
  return changed(message, {}, isBlocked ? { ...rest, isBlocked } : rest)
}

/** The message after a user has given a reaction, or removed it. */
export function reacted(
  message: KnownMessage,
  { emoji, userId, removed }: { emoji: string; userId: number; removed: boolean },
): KnownMessage {
  const before = message.reactions.find((reaction) => reaction.emoji === emoji)?.userIds ?? []
  if (before.includes(userId) !== removed) return message
  const userIds = removed ? before.filter((id) => id !== userId) : [...before, userId]
  if (before.length === 0)
    return changed(message, { reactions: [...message.reactions, { emoji, userIds }] })
  const reactions = message.reactions
    .map((reaction) => (reaction.emoji === emoji ? { emoji, userIds } : reaction))
    .filter((reaction) => reaction.userIds.length > 0)
  return changed(message, { reactions })
}

/** The message with something else in it, by which no later edit gets lost. */
function changed(
  message: KnownMessage,
  change: Partial<KnownMessage>,
  base: KnownMessage = message,
): KnownMessage {
  const after = { ...base, ...change }
  const offset = editOffsets.get(message)
  if (offset !== undefined) editOffsets.set(after, offset)
  return after
}

/** Whether a message counts as unread by a user who has not come so far. */
export function isUnreadBy(userId: number, { sender_id, deleted_at }: KnownMessage): boolean {
  return sender_id !== userId && deleted_at === undefined
}

export function mentions({ mentions = [] }: KnownMessage, userId: number): boolean {
  return mentions.includes(userId)
}
