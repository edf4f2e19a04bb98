import { z } from 'zod'
import { Notify, RoleOfMember } from './access-fields.ts'
import { ACCESS_QUESTIONS } from './access-questions.ts'
import { withChat, withMessage } from './chat-schema.ts'
import { answer, ExactText, Offset, request } from './frame-fields.ts'
import { Id } from './id.ts'
import { MAX_HISTORY, MAX_SEARCH_LENGTH, MAX_SEARCH_RESULTS, MAX_SUBSCRIPTIONS } from './limits.ts'
import { MessagePayload, SupportMessagePayload, Timestamp } from './payloads.ts'

/** Asks who is here, and who was last. */
export const PresenceRequest = z.strictObject({ type: z.literal('PRESENCE'), ...request })
export type PresenceRequest = z.infer<typeof PresenceRequest>

const UserPresence = z.object({
  userId: Id,
  status: z.enum(['active', 'idle', 'offline']),
  /** Open connections; 0 when offline. */
  connections: z.int().nonnegative(),
  /** When the last connection closed; of users that are offline. */
  lastSeen: Timestamp.optional(),
})
export type UserPresence = z.infer<typeof UserPresence>

export const PresenceList = z.object({
  type: z.literal('PRESENCE'),
  users: z.array(UserPresence),
  ...answer,
})
export type PresenceList = z.infer<typeof PresenceList>

const chatIds = z.array(Id).max(MAX_SUBSCRIPTIONS)

/**
 * Narrows the connection to some chats, instead of those before; without either list it is sent
 * all of them again.
 */
export const Subscribe = z.strictObject({
  type: z.literal('SUBSCRIBE'),
  chats: chatIds.optional(),
  support_chats: chatIds.optional(),
  ...request,
})
export type Subscribe = z.infer<typeof Subscribe>

export const Subscribed = z.object({
  type: z.literal('SUBSCRIBED'),
  chats: z.array(Id).optional(),
  support_chats: z.array(Id).optional(),
  /** Durable events after this one are sent only if they are of these chats. */
  offset: Offset,
  ...answer,
})
export type Subscribed = z.infer<typeof Subscribed>

/** Asks for the messages of one chat, the newest or those before an id. */
export const HistoryRequest = withChat(
  z.strictObject({
    type: z.literal('HISTORY'),
    /** Only messages with an id below this. */
    before: Id.optional(),
    /** Only replies in the thread that begins with this message. */
    thread: Id.optional(),
    limit: z.int().min(1).max(MAX_HISTORY).optional(),
    ...request,
  }),
)
export type HistoryRequest = z.infer<typeof HistoryRequest>

const page = { before: Id.optional(), thread: Id.optional(), has_more: z.boolean(), ...answer }
export const History = z.union([
  z.object({
    type: z.literal('HISTORY'),
    chat_id: Id,
    messages: z.array(MessagePayload),
    ...page,
  }),
  z.object({
    type: z.literal('HISTORY'),
    support_chat_id: Id,
    messages: z.array(SupportMessagePayload),
    ...page,
  }),
])
export type History = z.infer<typeof History>

/** Asks for the chats that the user has written, read or received in. */
export const ChatsRequest = z.strictObject({ type: z.literal('CHATS'), ...request })
export type ChatsRequest = z.infer<typeof ChatsRequest>

const summary = {
  /** The newest message. */
  last_message: z.union([MessagePayload, SupportMessagePayload]).optional(),
  /** Messages of others that are not deleted, among the newest 1,000 above `read`. */
  unread: z.int().nonnegative(),
  /** Those of them that mention the user; counting stops at 1,000. */
  mentions: z.int().nonnegative().optional(),
  delivered: Offset,
  read: Offset,
  title: z.string().optional(),
  /** The other user of a direct chat. */
  direct: Id.optional(),
  role: RoleOfMember.optional(),
  members: z.int().nonnegative().optional(),
  notify: Notify.optional(),
}
const ChatSummary = withChat(z.object(summary))
export type ChatSummary = z.infer<typeof ChatSummary>

export const Chats = z.object({ type: z.literal('CHATS'), chats: z.array(ChatSummary), ...answer })
export type Chats = z.infer<typeof Chats>

/** Asks for messages with words, newest first, in all chats or in one. */
export const SearchRequest = z
  .strictObject({
    type: z.literal('SEARCH'),
    text: ExactText.max(MAX_SEARCH_LENGTH),
    chat_id: Id.optional(),
    support_chat_id: Id.optional(),
    /** Only messages with an offset below this: that of the last result of the page before. */
    before: Id.optional(),
    limit: z.int().min(1).max(MAX_SEARCH_RESULTS).optional(),
    ...request,
  })
  .refine(
    (frame) => frame.chat_id === undefined || frame.support_chat_id === undefined,
    'must not have both chat_id and support_chat_id',
  )
export type SearchRequest = z.infer<typeof SearchRequest>

/** Names a message and its chat. */
const SearchResult = withMessage(
  z.object({
    chat_id: Id.optional(),
    support_chat_id: Id.optional(),
    sender_id: Id,
    created_at: Timestamp,
    offset: Id,
    /** The part of the content around what was found. */
    snippet: z.string(),
  }),
)
export type SearchResult = z.infer<typeof SearchResult>

/** Newest first. */
export const SearchResults = z.object({
  type: z.literal('SEARCH'),
  text: z.string(),
  chat_id: Id.optional(),
  support_chat_id: Id.optional(),
  before: Id.optional(),
  results: z.array(SearchResult),
  has_more: z.boolean(),
  ...answer,
})
export type SearchResults = z.infer<typeof SearchResults>

/** Asks for the open support chats, those that wait longest first; for agents. */
export const SupportQueueRequest = z.strictObject({
  type: z.literal('SUPPORT_QUEUE'),
  ...request,
})
export type SupportQueueRequest = z.infer<typeof SupportQueueRequest>

const QueuedChat = z.object({
  support_chat_id: Id,
  assignee: Id.nullable(),
  /** When the oldest message that no agent has answered was stored; null when none waits. */
  waiting_since: Timestamp.nullable(),
  waiting_seconds: z.int().nonnegative(),
  last_message: SupportMessagePayload.optional(),
})
export type QueuedChat = z.infer<typeof QueuedChat>

export const SupportQueue = z.object({
  type: z.literal('SUPPORT_QUEUE'),
  chats: z.array(QueuedChat),
  ...answer,
})
export type SupportQueue = z.infer<typeof SupportQueue>

/**
 * Type of a question → its schema, and its answer's. A question goes to the server, its answer comes
 * to the connection that asked, under the same `client_id`; nobody else is sent it. A question is
 * added here, to the handlers of the server, and as a method of the client library.
 */
export const QUESTIONS = {
  PRESENCE: { schema: PresenceRequest, answer: PresenceList },
  SUBSCRIBE: { schema: Subscribe, answer: Subscribed },
  HISTORY: { schema: HistoryRequest, answer: History },
  CHATS: { schema: ChatsRequest, answer: Chats },
  SEARCH: { schema: SearchRequest, answer: SearchResults },
  SUPPORT_QUEUE: { schema: SupportQueueRequest, answer: SupportQueue },
  ...ACCESS_QUESTIONS,
} as const satisfies Record<string, { schema: z.ZodType; answer: z.ZodType<{ type: string }> }>

type Questions = typeof QUESTIONS

/** A frame that is answered with a frame of its own. */
export type Question = z.infer<Questions[keyof Questions]['schema']>

/** The answer to a question of one type. */
export type AnswerTo<Type extends Question['type']> = z.infer<Questions[Type]['answer']>

/** The answer to any question. */
export type AnswerFrame = AnswerTo<Question['type']>

/** The schemas of all answers. */
export const ANSWERS = Object.values(QUESTIONS).map(({ answer }) => answer)

/** The types of the frames that answer a question. */
export const ANSWER_TYPES: readonly string[] = ANSWERS.map(
  (schema) => (schema instanceof z.ZodUnion ? schema.options[0] : schema).shape.type.value,
)
