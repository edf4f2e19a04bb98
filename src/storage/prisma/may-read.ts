import type { ChatKind } from '../../protocol/chat.ts'
import type { Reader } from '../access-records.ts'
import type { Dialect } from './dialect.ts'

/** Conditions on what a reader may read, whose parameters have the numbers from `first` on. */
export interface MayRead {
  /** Of a chat, by an expression for its id: whether the reader has a place in it. */
  chat(kind: ChatKind, chatId: string): string
  /** Of a message under an alias; also those of chats that anyone may read. */
  message(kind: ChatKind, alias: string): string
}

/** Writes the conditions; `readerValues` are their parameters. */
export function createMayRead({ parameter: p, ids, time }: Dialect, first: number): MayRead {
  const user = p(first)
  const isAgent = `CAST(${p(first + 1)} AS integer)`
  const granted = ids(first + 2)
  const now = time(first + 3)
  // PostgreSQL refuses parameters that a statement does not use.
  const given = [isAgent, `CAST(${p(first + 2)} AS json)`, now]
    .map((parameter) => `${parameter} IS NOT NULL`)
    .join(' AND ')

  const hasOpened = (chatId: string) => `(${isAgent} = 1 OR EXISTS (SELECT 1 FROM support_chats AS s
      WHERE s.id = ${chatId} AND s.customer = ${user}))`

  const isKeptOut = (chatId: string) => `EXISTS (SELECT 1 FROM bans AS b
      WHERE b.chat_id = ${chatId} AND b.user_id = ${user} AND (b.until IS NULL OR b.until > ${now}))`

  const isGranted = (chatId: string) => `(${chatId} IN (${granted}) AND NOT ${isKeptOut(chatId)})`

  const isIn = (chatId: string) => `(${isGranted(chatId)} OR EXISTS (SELECT 1
      FROM members AS r WHERE r.chat_id = ${chatId} AND r.user_id = ${user}))`

  const wasBefore = (m: string) => `EXISTS (SELECT 1 FROM chats AS c
      LEFT JOIN standings AS g ON g.chat_id = c.id AND g.user_id = ${user}
      WHERE c.id = ${m}.chat_id AND c.history <> 'all'
        AND (g.joined_offset IS NULL OR ${m}."offset" <= g.joined_offset))`

  const messageOfChat = (m: string) => `(
      (${isGranted(`${m}.chat_id`)} AND NOT ${wasBefore(m)})
      OR EXISTS (SELECT 1 FROM members AS r JOIN chats AS c ON c.id = r.chat_id
        WHERE r.chat_id = ${m}.chat_id AND r.user_id = ${user}
          AND (c.history = 'all' OR ${m}."offset" > r.joined_offset))
      OR EXISTS (SELECT 1 FROM chats AS c WHERE c.id = ${m}.chat_id
          AND c.visibility = 'public' AND c.history = 'all' AND NOT ${isKeptOut('c.id')}))`

  return {
    chat: (kind, chatId) => `${given} AND ${kind === 'support' ? hasOpened(chatId) : isIn(chatId)}`,
    message: (kind, m) => `${given}
      AND (${m}.hidden_from IS NULL OR ${m}.hidden_from <> ${user})
      AND ${kind === 'support' ? hasOpened(`${m}.support_chat_id`) : messageOfChat(m)}`,
  }
}

/** The values of the parameters that the conditions have. */
export function readerValues(
  { userId, isAgent, granted }: Reader,
  { timestamp }: Pick<Dialect, 'timestamp'>,
): [number, number, string, string] {
  const now = timestamp(new Date().toISOString())
  return [userId, isAgent ? 1 : 0, JSON.stringify(granted), now]
}
