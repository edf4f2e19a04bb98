import type { ServerFrame } from './server-frames.ts'

/** Whether a value is what it should be. */
type Check = (value: unknown) => boolean

/** Key → the check of its value. */
type Shape = Readonly<Record<string, Check>>

const text: Check = (value) => typeof value === 'string'
const flag: Check = (value) => typeof value === 'boolean'
/** Text that can stand in an address: without a lone surrogate. */
const name: Check = (value) => text(value) && !/\p{Cs}/u.test(value as string)
const number: Check = (value) => Number.isFinite(value)
const id: Check = (value) => Number.isSafeInteger(value) && (value as number) > 0
const offset: Check = (value) => value === 0 || id(value)
const time: Check = (value) => text(value) && !Number.isNaN(Date.parse(value as string))
const positive: Check = (value) => number(value) && (value as number) > 0
const anything: Check = () => true
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value)
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value)
const list =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check)
const shape = (keys: Shape): Check => {
  const entries = Object.entries(keys)
  return (value) =>
    typeof value === 'object' &&
    value !== null &&
    entries.every(([key, check]) => check((value as Record<string, unknown>)[key]))
}
/** A shape that also names one thing in one of two ways. */
const either =
  (one: string, other: string) =>
  (keys: Shape): Check => {
    const rest = shape(keys)
    const named = shape({ [one]: optional(id), [other]: optional(id) })
    return (value) => {
      if (!rest(value) || !named(value)) return false
      const { [one]: first, [other]: second } = value as Record<string, unknown>
      return (first === undefined) !== (second === undefined)
    }
  }
const withChat = either('chat_id', 'support_chat_id')
const withMessage = either('message_id', 'support_message_id')

const status = { userId: id, timestamp: time }
const message = withChat({
  ...{ id, sender_id: id, content: text, created_at: time, offset: id },
  ...{ file_type: optional(text), file_paths: optional(text), reply_to: optional(id) },
  ...{ edited_at: optional(time), deleted_at: optional(time), clipped: optional(flag) },
  reactions: optional(list(shape({ emoji: text, userIds: list(id) }))),
})
const edit = withChat({ id, sender_id: id, content: text, edited_at: time, offset: id })
const deletion = withChat({ id, sender_id: id, deleted_at: time, offset: id })
const page = { before: optional(id), has_more: flag, client_id: optional(text) }

/**
 * Type of a frame of the server → whether a value is such a frame, in all that a client reads. The
 * schemas in server-frames.ts say the same, but bring 20 times the code of this into a browser; a
 * test holds the two together.
 */
const CHECKS: { readonly [Type in ServerFrame['type']]: Check } = {
  CONNECTION_ESTABLISHED: shape({
    ...{ ...status, protocol: number, sessionId: text, epoch: name, offset, online: list(id) },
    limits: shape({
      maxMessageBytes: positive,
      maxContentLength: optional(positive),
      messagesPerSecond: optional(positive),
      messageBurst: optional(positive),
    }),
  }),
  USER_ONLINE: shape(status),
  USER_OFFLINE: shape(status),
  USER_ACTIVITY: shape({ ...status, state: text }),
  MESSAGE: shape({ payload: message }),
  SUPPORT_MESSAGE: shape({ payload: message }),
  MESSAGE_EDITED: shape({ payload: edit }),
  SUPPORT_MESSAGE_EDITED: shape({ payload: edit }),
  MESSAGE_DELETED: shape({ payload: deletion }),
  SUPPORT_MESSAGE_DELETED: shape({ payload: deletion }),
  SUPPORT_CHAT: shape({
    payload: shape({
      ...{ support_chat_id: id, status: text, assignee: orNull(id), changed_by: id },
      ...{ changed_at: time, offset: id },
    }),
  }),
  REACTION: withMessage({
    ...{ chat_id: optional(id), support_chat_id: optional(id), userId: id, emoji: text },
    ...{ removed: flag, offset: id },
  }),
  TYPING: withChat({ userId: id, typing: flag }),
  RECEIPT: withChat({ userId: id, delivered: offset, read: offset }),
  ACK: shape({ client_id: text, id, offset: id, created_at: time }),
  RESUMED: shape({ offset }),
  RESUME_FAILED: shape({ epoch: name, offset }),
  OFFSET: shape({ offset }),
  ANNOUNCEMENT: shape({ text, timestamp: time }),
  PONG: shape({ t: number }),
  AUTHENTICATED: shape({ expiresAt: optional(time), client_id: optional(text) }),
  ERROR: shape({
    ...{ code: text, message: text, ref: optional(text), retry_after_ms: optional(positive) },
  }),
  PRESENCE: shape({
    users: list(shape({ userId: id, status: text, connections: offset, lastSeen: optional(time) })),
    client_id: optional(text),
  }),
  SUBSCRIBED: shape({
    ...{ chats: optional(list(id)), support_chats: optional(list(id)), offset },
    client_id: optional(text),
  }),
  HISTORY: withChat({ ...page, messages: list(message) }),
  CHATS: shape({
    chats: list(
      withChat({
        last_message: optional(message),
        unread: offset,
        delivered: offset,
        read: offset,
      }),
    ),
    client_id: optional(text),
  }),
  SEARCH: shape({
    ...page,
    ...{ text, chat_id: optional(id), support_chat_id: optional(id) },
    results: list(
      withMessage({
        ...{ chat_id: optional(id), support_chat_id: optional(id), sender_id: id },
        ...{ created_at: time, offset: id, snippet: text },
      }),
    ),
  }),
  SUPPORT_QUEUE: shape({
    chats: list(
      shape({
        ...{ support_chat_id: id, assignee: orNull(id), waiting_since: orNull(time) },
        ...{ waiting_seconds: number, last_message: optional(message) },
      }),
    ),
    client_id: optional(text),
  }),
}

/**
 * Reads what a server sent; undefined for what no chatws server sends. A `type` that is not known
 * comes from a newer server and passes.
 */
export function readServerFrame(data: unknown): ServerFrame | undefined {
  try {
    const frame: { type?: unknown } | null = JSON.parse(String(data))
    if (typeof frame !== 'object' || frame === null || !text(frame.type)) return undefined
    const check = Object.hasOwn(CHECKS, frame.type as string)
      ? CHECKS[frame.type as ServerFrame['type']]
      : anything
    return check(frame) ? (frame as ServerFrame) : undefined
  } catch {
    return undefined
  }
}
