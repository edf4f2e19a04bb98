import { z } from 'zod'
import { ChatPayload, MemberPayload, Notify, ReportPayload, RoleOfMember } from './access-fields.ts'
import { withChat, withMessage } from './chat-schema.ts'
import { Offset } from './frame-fields.ts'
import { Id } from './id.ts'
import { Timestamp } from './payloads.ts'

/** Of each entry: who did it (0 is whoever runs the server), when, and its place in the log. */
const done = { by: Offset, at: Timestamp, offset: Id }

/** A chat was made or changed; this is all of it. */
export const ChatChanged = z.object({
  type: z.literal('CHAT_CHANGED'),
  chat: ChatPayload,
  /** Those it begins with, where it was just made. */
  added: z.array(MemberPayload).optional(),
  ...done,
})
export type ChatChanged = z.infer<typeof ChatChanged>

/** What was done to members. */
export const MemberAct = z.enum(['join', 'leave', 'add', 'remove', 'role', 'mute', 'ban', 'unban'])
export type MemberAct = z.infer<typeof MemberAct>

/** Who is a member of a chat has changed, or what a member may do. */
export const MembersChanged = z.object({
  type: z.literal('MEMBERS_CHANGED'),
  chat_id: Id,
  act: MemberAct,
  added: z.array(MemberPayload).optional(),
  removed: z.array(Id).optional(),
  roles: z.array(z.object({ user: Id, role: RoleOfMember })).optional(),
  /** Until when who may not write; null is who may again. */
  muted: z.array(z.object({ user: Id, until: Timestamp.nullable() })).optional(),
  /** Who is kept out, and until when; null is for good. */
  banned: z.object({ user: Id, until: Timestamp.nullable() }).optional(),
  /** Who is let in again. */
  unbanned: Id.optional(),
  reason: z.string().optional(),
  /** How many there are now. */
  members: z.int().nonnegative(),
  ...done,
})
export type MembersChanged = z.infer<typeof MembersChanged>

/** What a user is called and looks like now; what is not there, the user does not have. */
export const UserChanged = z.object({
  type: z.literal('USER_CHANGED'),
  user: Id,
  name: z.string().optional(),
  avatar: z.string().optional(),
  offset: Id,
})
export type UserChanged = z.infer<typeof UserChanged>

/** Told to the other devices of who blocked. */
export const BlocksChanged = z.object({
  type: z.literal('BLOCKS_CHANGED'),
  user: Id,
  blocked: z.boolean(),
  offset: Id,
})
export type BlocksChanged = z.infer<typeof BlocksChanged>

/** Told to those who may resolve it. */
export const Reported = z.object({
  type: z.literal('REPORTED'),
  report: ReportPayload,
  offset: Id,
})
export type Reported = z.infer<typeof Reported>

export const ReportResolved = z.object({
  type: z.literal('REPORT_RESOLVED'),
  report_id: Id,
  resolution: z.string(),
  ...done,
})
export type ReportResolved = z.infer<typeof ReportResolved>

export const MessagePinned = withMessage(
  z.object({
    type: z.literal('MESSAGE_PINNED'),
    chat_id: Id.optional(),
    support_chat_id: Id.optional(),
    pinned: z.boolean(),
    ...done,
  }),
)
export type MessagePinned = z.infer<typeof MessagePinned>

/** Told to the other devices of who set it. */
export const ChatSettingsChanged = withChat(
  z.object({ type: z.literal('CHAT_SETTINGS'), notify: Notify, offset: Id }),
)
export type ChatSettingsChanged = z.infer<typeof ChatSettingsChanged>

/** Told to the other devices of who follows. */
export const ThreadFollowed = withMessage(
  z.object({
    type: z.literal('THREAD_FOLLOWED'),
    chat_id: Id.optional(),
    support_chat_id: Id.optional(),
    followed: z.boolean(),
    offset: Id,
  }),
)
export type ThreadFollowed = z.infer<typeof ThreadFollowed>
