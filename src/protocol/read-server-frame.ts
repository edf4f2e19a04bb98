import { ACCESS_CHECKS } from './access-checks.ts'
import {
  type Check,
  flag,
  id,
  list,
  message,
  name,
  number,
  offset,
  optional,
  orNull,
  positive,
  shape,
  text,
  time,
  withChat,
  withMessage,
} from './frame-checks.ts'
import type { ServerFrame } from './server-frames.ts'

const status = { userId: id, timestamp: time }
const edit = withChat({
  ...{
    id,
    sender_id: id,
    content: text,
    mentions: optional(list(id)),
    edited_at: time,
    offset: id,
  },
})
const deletion = withChat({
  ...{ id, sender_id: id, deleted_at: time, by: optional(offset), offset: id },
})
const page = { before: optional(id), has_more: flag, client_id: optional(text) }

const anything: Check = () => true

/**
 * Type of a frame of the server → whether a value is such a frame, in all that a client reads. The
 * schemas in server-frames.ts say the same, but bring 20 times the code of this into a browser; a
 * test holds the two together.
 */
const CHECKS: { readonly [Type in ServerFrame['type']]: Check } = {
  CONNECTION_ESTABLISHED: shape({
    ...{ ...status, protocol: number, sessionId: text, epoch: name, offset, online: list(id) },
    access: optional(text),
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
  HISTORY: withChat({ ...page, thread: optional(id), messages: list(message) }),
  CHATS: shape({
    chats: list(
      withChat({
        ...{ last_message: optional(message), unread: offset, delivered: offset, read: offset },
        ...{ mentions: optional(offset), title: optional(text), direct: optional(id) },
        ...{ role: optional(text), members: optional(offset), notify: optional(text) },
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
  ...ACCESS_CHECKS,
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
