import type { ChatPayload } from '../protocol/access-fields.ts'
import { type ChatRef, onlyChat } from '../protocol/chat.ts'
import type { SearchResult } from '../protocol/questions.ts'
import type { ChatView } from './chat-view.ts'
import { PagedSearch } from './paged-search.ts'

/** Where the words of a query were found: a message, and the part of it around them. */
export type FoundMessage = SearchResult

/** Searches messages, newest first: those of one chat, or all that the user may read. */
export function messageSearch({ client }: ChatView, ref?: ChatRef): PagedSearch<FoundMessage> {
  const chat = ref ? onlyChat(ref) : {}
  return new PagedSearch<FoundMessage>({
    findsAll: false,
    async ask(text, last, signal) {
      const query = { text, ...(last && { before: last.offset }), ...chat }
      const { results, has_more } = await client.search(query, { signal })
      return { items: results, hasMore: has_more }
    },
  })
}

/** Finds the chats that anyone may join, by words of their titles. */
export function publicChatSearch({ client }: ChatView): PagedSearch<Readonly<ChatPayload>> {
  return new PagedSearch<Readonly<ChatPayload>>({
    findsAll: true,
    async ask(text, last, signal) {
      const query = { ...(text !== '' && { text }), ...(last && { after: last.chat_id }) }
      const { chats, has_more } = await client.publicChats(query, { signal })
      return { items: chats, hasMore: has_more }
    },
  })
}
