import { WebSocket } from 'ws'
import { httpAddress } from '../protocol/http-address.ts'
import { ChatClient } from './chat-client.ts'
import { proxyAgent } from './proxy-agent.ts'
import type { WebSocketLike } from './reconnecting-socket.ts'
import type { ChatClientOptions } from './session.ts'

/** What a server may send at once, far above what chatws does: a history of 1,000 long messages. */
const LIMITS = {
  perMessageDeflate: false,
  maxPayload: 128 * 1024 * 1024,
  maxFragments: 1_024,
  maxBufferedChunks: 64 * 1024,
} as const

// All but `createChatClient`, which stands below.
export * from './browser.ts'

/** A client over `ws`, for Node. */
export function createChatClient(given: ChatClientOptions): ChatClient {
  return new ChatClient(given, (url, protocols) => {
    // Of userinfo ws would send what stands in the URL, percent-encoded as it is.
    const { authorization } = httpAddress(url)
    const headers = authorization === undefined ? {} : { headers: { authorization } }
    const agent = proxyAgent(url)
    const options = { ...LIMITS, ...headers, ...(agent && { agent }) }
    return new WebSocket(url, protocols, options) as unknown as WebSocketLike
  })
}
