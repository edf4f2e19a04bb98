import { chatRef, messageRef } from '../../../protocol/chat.ts'
import type { SearchRequest, SearchResult } from '../../../protocol/questions.ts'

import type { FoundMessage } from '../../../storage/store.ts'
import { mustRead } from '../../access/must-read.ts'
import { answerInTurn } from './answer-in-turn.ts'
import type { Handler } from './handler.ts'

/** Results in a page when the client does not say. */
const DEFAULT_LIMIT = 20

/** Answers with a page of the messages that have the words, newest first. */
export const handleSearch: Handler<SearchRequest> = (frame, sender, context) =>
  answerInTurn(frame, { sender, context }, async () => {
    const { text, before, limit = DEFAULT_LIMIT } = frame
    // One more than asked for tells whether there is more.
    const chat = chatIn(frame)
    if (chat) await mustRead(context.access, sender, chat)
    const found = await context.store.search({
      text,
      chat,
      reader: await context.access.readerOf(sender),
      before,
      limit: limit + 1,
    })
    return {
      type: 'SEARCH',
      text,
      ...(frame.chat_id === undefined ? {} : { chat_id: frame.chat_id }),
      ...(frame.support_chat_id === undefined ? {} : { support_chat_id: frame.support_chat_id }),
      ...(before === undefined ? {} : { before }),
      results: found.slice(0, limit).map(result),
      has_more: found.length > limit,
    }
  })

function chatIn({ chat_id, support_chat_id }: SearchRequest) {
  if (chat_id !== undefined) return { kind: 'chat', id: chat_id } as const
  return support_chat_id === undefined
    ? undefined
    : ({ kind: 'support', id: support_chat_id } as const)
}

function result({
  kind,
  id,
  chatId,
  senderId,
  createdAt,
  offset,
  snippet,
}: FoundMessage): SearchResult {
  const names = { ...messageRef(kind, id), ...chatRef(kind, chatId) }
  return { ...names, sender_id: senderId, created_at: createdAt, offset, snippet }
}
