import { z } from 'zod'
import { ChatPayload, MemberPayload, ReportPayload, UserPayload } from './access-fields.ts'
import { withChat } from './chat-schema.ts'
import { answer, ExactText, request } from './frame-fields.ts'
import { Id } from './id.ts'
import { MAX_LIST_PAGE, MAX_SEARCH_LENGTH, MAX_USERS_PER_FRAME } from './limits.ts'
import { MessagePayload, SupportMessagePayload } from './payloads.ts'

/** How much of a list is wanted; 50 where not said. */
const limit = z.int().min(1).max(MAX_LIST_PAGE).optional()

/** Asks for a chat, and what the user is in it. */
export const ChatRequest = z.strictObject({ type: z.literal('CHAT'), chat_id: Id, ...request })
export type ChatRequest = z.infer<typeof ChatRequest>

export const ChatAnswer = z.object({
  type: z.literal('CHAT'),
  chat: ChatPayload,
  /** The user's own membership; not there for who only may join. */
  member: MemberPayload.optional(),
  ...answer,
})
export type ChatAnswer = z.infer<typeof ChatAnswer>

/** Asks for the members of a chat, by ascending id. */
export const MembersRequest = z.strictObject({
  type: z.literal('MEMBERS'),
  chat_id: Id,
  /** Only users with an id above this: the last of the page before. */
  after: Id.optional(),
  limit,
  ...request,
})
export type MembersRequest = z.infer<typeof MembersRequest>

export const Members = z.object({
  type: z.literal('MEMBERS'),
  chat_id: Id,
  members: z.array(MemberPayload.extend({ name: z.string().optional() })),
  has_more: z.boolean(),
  ...answer,
})
export type Members = z.infer<typeof Members>

/** Asks for the chats that anyone may join, by ascending id. */
export const PublicChatsRequest = z.strictObject({
  type: z.literal('PUBLIC_CHATS'),
  /** Only those whose title has a word that begins with each of these. */
  text: ExactText.max(MAX_SEARCH_LENGTH).optional(),
  after: Id.optional(),
  limit,
  ...request,
})
export type PublicChatsRequest = z.infer<typeof PublicChatsRequest>

export const PublicChats = z.object({
  type: z.literal('PUBLIC_CHATS'),
  chats: z.array(ChatPayload),
  has_more: z.boolean(),
  ...answer,
})
export type PublicChats = z.infer<typeof PublicChats>

/** Asks for names; users that are not known, or not to be known, are left out. */
export const UsersRequest = z.strictObject({
  type: z.literal('USERS'),
  ids: z.array(Id).min(1).max(MAX_USERS_PER_FRAME),
  ...request,
})
export type UsersRequest = z.infer<typeof UsersRequest>

export const Users = z.object({
  type: z.literal('USERS'),
  users: z.array(UserPayload),
  ...answer,
})
export type Users = z.infer<typeof Users>

/** Asks whom the user has blocked. */
export const BlockedRequest = z.strictObject({ type: z.literal('BLOCKED'), ...request })
export type BlockedRequest = z.infer<typeof BlockedRequest>

export const Blocked = z.object({ type: z.literal('BLOCKED'), users: z.array(Id), ...answer })
export type Blocked = z.infer<typeof Blocked>

/** Asks for the pinned messages of a chat, the one pinned last first. */
export const PinsRequest = withChat(z.strictObject({ type: z.literal('PINS'), ...request }))
export type PinsRequest = z.infer<typeof PinsRequest>

export const Pins = z.object({
  type: z.literal('PINS'),
  chat_id: Id.optional(),
  support_chat_id: Id.optional(),
  messages: z.array(z.union([MessagePayload, SupportMessagePayload])),
  ...answer,
})
export type Pins = z.infer<typeof Pins>

/** Asks for the threads that the user follows, those with the newest replies first. */
export const ThreadsRequest = z.strictObject({ type: z.literal('THREADS'), ...request })
export type ThreadsRequest = z.infer<typeof ThreadsRequest>

const Thread = z.object({
  /** The message that the thread began with. */
  root: z.union([MessagePayload, SupportMessagePayload]),
  replies: z.int().nonnegative(),
  last_reply: z.union([MessagePayload, SupportMessagePayload]).optional(),
  /** Replies of others above `read`; counting stops at 1,000. */
  unread: z.int().nonnegative(),
  read: z.int().nonnegative(),
})
export type Thread = z.infer<typeof Thread>

export const Threads = z.object({
  type: z.literal('THREADS'),
  threads: z.array(Thread),
  ...answer,
})
export type Threads = z.infer<typeof Threads>

/** Asks for the reports that the user may resolve, the oldest first. */
export const ReportsRequest = z.strictObject({
  type: z.literal('REPORTS'),
  /** Also those that are resolved. */
  all: z.boolean().optional(),
  after: Id.optional(),
  limit,
  ...request,
})
export type ReportsRequest = z.infer<typeof ReportsRequest>

export const Reports = z.object({
  type: z.literal('REPORTS'),
  reports: z.array(ReportPayload),
  has_more: z.boolean(),
  ...answer,
})
export type Reports = z.infer<typeof Reports>

/** Type of a question about members, names or moderation → its schema, and its answer's. */
export const ACCESS_QUESTIONS = {
  CHAT: { schema: ChatRequest, answer: ChatAnswer },
  MEMBERS: { schema: MembersRequest, answer: Members },
  PUBLIC_CHATS: { schema: PublicChatsRequest, answer: PublicChats },
  USERS: { schema: UsersRequest, answer: Users },
  BLOCKED: { schema: BlockedRequest, answer: Blocked },
  PINS: { schema: PinsRequest, answer: Pins },
  THREADS: { schema: ThreadsRequest, answer: Threads },
  REPORTS: { schema: ReportsRequest, answer: Reports },
} as const
