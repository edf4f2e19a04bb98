import { ChatClient } from './chat-client.ts'
import type { WebSocketLike } from './connection.ts'
import type { ChatClientOptions } from './session.ts'

export type { ChatRef, MessageRef } from '../protocol/chat.ts'
export { ChatwsError } from '../protocol/error.ts'
export type { ChatClient } from './chat-client.ts'
export type { ChatClientEvents } from './client-events.ts'
export type { ConnectionStatus, TokenSource } from './connection.ts'
export { Conversation, type ConversationOptions } from './conversation.ts'
export type { ChatState } from './known-chat.ts'
export type { KnownMessage, KnownReaction } from './known-message.ts'
export type { KnownUser } from './known-users.ts'
export type { LogPosition } from './log-reader.ts'
export type { HistoryQuery, RequestOptions, SearchQuery, SupportChatChange } from './queries.ts'
export type { ChatClientOptions } from './session.ts'
export type { ChatSelection } from './subscription.ts'
export type { UploadedFile, UploadOptions } from './uploads.ts'

/** A client over the platform's own WebSocket: browsers, Deno, Bun, Node 22 and later. */
export function createChatClient(options: ChatClientOptions): ChatClient {
  return new ChatClient(
    options,
    (url, protocols) => new WebSocket(url, protocols) as unknown as WebSocketLike,
  )
}
