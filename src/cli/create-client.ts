import type { ChatClient } from '../client/chat-client.ts'
import { createChatClient } from '../client/node.ts'

/** Makes the client of a command, as its options say. */
export function createClient({
  url,
  user,
  token,
}: {
  readonly url: string
  readonly user: number
  readonly token?: string | undefined
}): ChatClient {
  return createChatClient({ url, userId: user, ...(token === undefined ? {} : { token }) })
}
