import type { MembersChanged } from './access-events.ts'
import type { ACCESS_QUESTIONS } from './access-questions.ts'
import {
  type Check,
  flag,
  id,
  list,
  message,
  offset,
  optional,
  orNull,
  shape,
  text,
  time,
  withChat,
  withMessage,
} from './frame-checks.ts'

/** Types of the frames that tell of members, names and moderation. */
type AccessFrameType =
  | keyof typeof ACCESS_QUESTIONS
  | MembersChanged['type']
  | 'CHAT_CHANGED'
  | 'USER_CHANGED'
  | 'BLOCKS_CHANGED'
  | 'REPORTED'
  | 'REPORT_RESOLVED'
  | 'MESSAGE_PINNED'
  | 'CHAT_SETTINGS'
  | 'THREAD_FOLLOWED'

const pair: Check = (value) => list(id)(value) && (value as unknown[]).length === 2
const ofChat = { chat_id: optional(id), support_chat_id: optional(id) }
const done = { by: offset, at: time, offset: id }
const answer = { client_id: optional(text) }
const page = { has_more: flag, ...answer }
const member = { user: id, role: text, muted_until: optional(time) }
const members = optional(list(shape(member)))
const chat = shape({
  ...{ chat_id: id, title: optional(text), visibility: text, history: text, created_by: id },
  ...{ slow_mode: optional(offset), retention: optional(id), direct: optional(pair) },
  members: offset,
})
const report = shape({
  ...{ id, ...ofChat, message_id: optional(id), support_message_id: optional(id) },
  ...{ sender_id: id, reporter: id, reason: text, content: text, created_at: time },
  ...{ resolution: optional(text), resolved_by: optional(offset), resolved_at: optional(time) },
})

/** Type of a frame about members, names or moderation → the check of it. */
export const ACCESS_CHECKS: { readonly [Type in AccessFrameType]: Check } = {
  CHAT_CHANGED: shape({ chat, added: members, ...done }),
  MEMBERS_CHANGED: shape({
    ...{ chat_id: id, act: text, reason: optional(text), members: offset, ...done },
    ...{ added: members, removed: optional(list(id)) },
    roles: optional(list(shape({ user: id, role: text }))),
    muted: optional(list(shape({ user: id, until: orNull(time) }))),
    banned: optional(shape({ user: id, until: orNull(time) })),
    unbanned: optional(id),
  }),
  USER_CHANGED: shape({ user: id, name: optional(text), avatar: optional(text), offset: id }),
  BLOCKS_CHANGED: shape({ user: id, blocked: flag, offset: id }),
  REPORTED: shape({ report, offset: id }),
  REPORT_RESOLVED: shape({ report_id: id, resolution: text, ...done }),
  MESSAGE_PINNED: withMessage({ ...ofChat, pinned: flag, ...done }),
  CHAT_SETTINGS: withChat({ notify: text, offset: id }),
  THREAD_FOLLOWED: withMessage({ ...ofChat, followed: flag, offset: id }),
  CHAT: shape({ chat, member: optional(shape(member)), ...answer }),
  MEMBERS: shape({
    ...{ chat_id: id, members: list(shape({ ...member, name: optional(text) })), ...page },
  }),
  PUBLIC_CHATS: shape({ chats: list(chat), ...page }),
  USERS: shape({
    users: list(shape({ id, name: optional(text), avatar: optional(text) })),
    ...answer,
  }),
  BLOCKED: shape({ users: list(id), ...answer }),
  PINS: shape({ ...ofChat, messages: list(message), ...answer }),
  THREADS: shape({
    threads: list(
      shape({
        ...{ root: message, replies: offset, last_reply: optional(message) },
        ...{ unread: offset, read: offset },
      }),
    ),
    ...answer,
  }),
  REPORTS: shape({ reports: list(report), ...page }),
}
