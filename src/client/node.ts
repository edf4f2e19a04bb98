import { WebSocket } from 'ws'
import { ChatClient } from './chat-client.ts'
import type { WebSocketLike } from './reconnecting-socket.ts'
import type { ChatClientOptions } from './session.ts'

// All but `createChatClient`, which stands below.
export * from './browser.ts'

/** A client over `ws`, for Node. */
export function createChatClient(options: ChatClientOptions): ChatClient {
  return new ChatClient(
    options,
    (url, protocols) =>
      new WebSocket(url, protocols, { perMessageDeflate: false }) as unknown as WebSocketLike,
  )
}
