'use client'

import { createChatClient } from '../client/browser.ts'
import type { ChatClient } from '../client/chat-client.ts'
import type { ChatClientOptions } from '../client/session.ts'
import { ChatView, type ChatViewOptions } from '../view/chat-view.ts'

/** Who talks to which server, or a client that is made already: in Node, by `chatws/client`. */
export type ChatOptions = ChatViewOptions & (ChatClientOptions | { readonly client: ChatClient })

/** What hooks show of one client. */
export type Chat = ChatView

/**
 * Makes what the hooks show. To be called once, outside of components: hot reload and StrictMode must not
 * connect again. It connects with `connect`, or with the `ChatwsProvider` that it is given to.
 */
export function createChat(options: ChatOptions): Chat {
  const client = 'client' in options ? options.client : createChatClient(options)
  return new ChatView(client, options)
}
