import { ChatClient } from './chat-client.ts'
import { watchPage } from './page-watch.ts'
import type { WebSocketLike } from './reconnecting-socket.ts'
import type { ChatClientOptions } from './session.ts'

export type {
  ChatPayload,
  MemberPayload,
  ReportPayload as Report,
  UserPayload,
} from '../protocol/access-fields.ts'
export type {
  Blocked,
  ChatAnswer,
  Members,
  Pins,
  PublicChats,
  Reports,
  Threads,
  Users,
} from '../protocol/access-questions.ts'
export type { ChatRef, MessageRef } from '../protocol/chat.ts'
export { type ChatRole, isAtLeast } from '../protocol/chat-role.ts'
export type {
  ClientFrame,
  ClientFrames,
  LogFrame,
  NewMessage,
  NewSupportMessage,
} from '../protocol/client-frames.ts'
export { ChatwsError, type ErrorCode, type FrameErrorCode } from '../protocol/error.ts'
export type {
  MessagePayload as Message,
  SupportMessagePayload as SupportMessage,
} from '../protocol/payloads.ts'
export type {
  AnswerFrame,
  AnswerTo,
  Chats,
  History,
  PresenceList,
  Question,
  SearchResults,
  Subscribed,
  SupportQueue,
} from '../protocol/questions.ts'
export type {
  Ack,
  ConnectionEstablished,
  ErrorFrame,
  ServerFrame,
} from '../protocol/server-frames.ts'
export type { ChatClient } from './chat-client.ts'
export type { ChatClientEvents } from './client-events.ts'
export { Conversation, type ConversationOptions } from './conversation.ts'
export type { ChatState } from './known-chat.ts'
export type { KnownMember } from './known-members.ts'
export type { KnownMessage, KnownReaction } from './known-message.ts'
export type { KnownThread } from './known-threads.ts'
export type { KnownUser } from './known-users.ts'
export type { LogPosition } from './log-cursor.ts'
export type { NamedUser, Names } from './names.ts'
export type {
  BanOptions,
  ChatChange,
  HistoryQuery,
  ListQuery,
  NewChat,
  Notify,
  ProfileChange,
  PublicChatsQuery,
  ReportsQuery,
  RequestOptions,
  SearchQuery,
  SupportChatChange,
} from './queries.ts'
export type { ConnectionStatus, TokenSource } from './reconnecting-socket.ts'
export type { ChatClientOptions } from './session.ts'
export type { ChatSelection } from './subscription.ts'
export type { UploadedFile, UploadOptions } from './uploads.ts'

/** A client over the platform's own WebSocket: browsers, Deno, Bun, Node 22 and later. */
export function createChatClient(options: ChatClientOptions): ChatClient {
  const client = new ChatClient(
    options,
    (url, protocols) => new WebSocket(url, protocols) as unknown as WebSocketLike,
  )
  watchPage(client)
  return client
}
