import { z } from 'zod'
import { CHAT_ROLES } from './chat-role.ts'
import { cleanName } from './display-name.ts'
import { ExactText } from './frame-fields.ts'
import { Id } from './id.ts'
import {
  MAX_CHAT_TITLE_LENGTH,
  MAX_NAME_LENGTH,
  MAX_REASON_LENGTH,
  MAX_USERS_PER_FRAME,
} from './limits.ts'
import { Timestamp } from './payloads.ts'

/** What a user is called, without what cannot be seen or turns the text around it. */
export const UserName = ExactText.max(MAX_NAME_LENGTH)
  .transform(cleanName)
  .refine((name): name is string => name !== undefined, 'must have something that can be seen')

/** A picture of a user: an upload's address on the server, or an https URL. */
export const Avatar = ExactText.max(2_048).refine(
  (text) => /^uploads\/[\w.-]+$/.test(text) || (URL.canParse(text) && text.startsWith('https://')),
  'must be an uploaded file (uploads/…) or an https:// URL',
)

/** What a chat is called, cleaned as names are. */
export const Title = ExactText.max(MAX_CHAT_TITLE_LENGTH)
  .transform(cleanName)
  .refine((title): title is string => title !== undefined, 'must have something that can be seen')

export const Reason = ExactText.max(MAX_REASON_LENGTH)
export const RoleOfMember = z.enum(CHAT_ROLES)
export const Visibility = z.enum(['public', 'private'])
export const HistoryRule = z.enum(['all', 'since_join'])
/** Of which messages of a chat one is told by sound or sign. */
export const Notify = z.enum(['all', 'mentions', 'none'])
/** Users that a frame is about, each once. */
export const UserIds = z
  .array(Id)
  .min(1)
  .max(MAX_USERS_PER_FRAME)
  .refine((ids) => new Set(ids).size === ids.length, 'must name each user once')
/** Until when; null is for good, or not at all where that is what is taken back. */
export const Until = Timestamp.refine(
  (time) => time >= '1970',
  'must not be before 1970',
).nullable()

/** What can be set of a chat; what is left out stays. */
export const chatSettings = {
  /** null takes it away. */
  title: Title.nullable().optional(),
  visibility: Visibility.optional(),
  history: HistoryRule.optional(),
  /** Seconds from one message of a member to its next; 0 for none. */
  slow_mode: z.int().min(0).max(86_400).optional(),
  /** Seconds after which messages are deleted; null keeps them. */
  retention: z
    .int()
    .min(60)
    .max(10 * 365 * 86_400)
    .nullable()
    .optional(),
}

export const MemberPayload = z.object({
  user: Id,
  role: RoleOfMember,
  /** Until when the member may not write. */
  muted_until: Timestamp.optional(),
})
export type MemberPayload = z.infer<typeof MemberPayload>

export const UserPayload = z.object({
  id: Id,
  name: z.string().optional(),
  avatar: z.string().optional(),
})
export type UserPayload = z.infer<typeof UserPayload>

/** A chat as its readers see it. */
export const ChatPayload = z.object({
  chat_id: Id,
  title: z.string().optional(),
  visibility: Visibility,
  history: HistoryRule,
  slow_mode: z.int().nonnegative().optional(),
  retention: z.int().positive().optional(),
  /** The two users of a direct chat. */
  direct: z.tuple([Id, Id]).optional(),
  created_by: Id,
  members: z.int().nonnegative(),
})
export type ChatPayload = z.infer<typeof ChatPayload>

/** A message that somebody has reported. */
export const ReportPayload = z.object({
  id: Id,
  chat_id: Id.optional(),
  support_chat_id: Id.optional(),
  message_id: Id.optional(),
  support_message_id: Id.optional(),
  /** Who wrote the message. */
  sender_id: Id,
  /** Who reported it. */
  reporter: Id,
  reason: z.string(),
  /** What it says; at most its beginning. */
  content: z.string(),
  created_at: Timestamp,
  resolution: z.string().optional(),
  resolved_by: z.int().nonnegative().optional(),
  resolved_at: Timestamp.optional(),
})
export type ReportPayload = z.infer<typeof ReportPayload>
