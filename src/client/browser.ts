import { ChatClient, type ChatClientOptions, type WebSocketLike } from './chat-client.ts'

export { ChatwsError } from '../protocol/error.ts'
export type {
  ChatClient,
  ChatClientEvents,
  ChatClientOptions,
  ConnectionStatus,
  HistoryQuery,
  LogPosition,
} from './chat-client.ts'

/** A client over the platform's own WebSocket: browsers, Deno, Bun, Node 22 and later. */
export function createChatClient(options: ChatClientOptions): ChatClient {
  return new ChatClient(options, (url) => new WebSocket(url) as unknown as WebSocketLike)
}
