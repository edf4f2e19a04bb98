import { WebSocket } from 'ws'
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

/** A client over `ws`, for Node. */
export function createChatClient(options: ChatClientOptions): ChatClient {
  return new ChatClient(
    options,
    (url) => new WebSocket(url, { perMessageDeflate: false }) as unknown as WebSocketLike,
  )
}
