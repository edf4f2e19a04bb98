import type { ChatKind } from '../../protocol/chat.ts'
import { pairKey } from '../access-changes.ts'
import type { Ban, Reader } from '../access-records.ts'
import type { MessageEntry } from '../entries.ts'
import type { MemoryLog } from './memory-log.ts'

/** The offset above which a reader may read a chat; undefined where there is none for the reader. */
export function readsAbove(
  log: MemoryLog,
  { userId, isAgent, granted }: Reader,
  chat: { readonly kind: ChatKind; readonly chatId: number },
): number | undefined {
  const { kind, chatId } = chat
  if (kind === 'support') return isAgent || log.customerOf(chatId) === userId ? 0 : undefined
  const known = log.access.chats.get(chatId)
  const isBanned = isBannedFrom(log, chatId, userId)
  const isGranted = granted.includes(chatId) && !isBanned
  if (!known) return isGranted ? 0 : undefined
  const member = log.access.member({ chatId, userId })
  if (known.history === 'all') {
    const isOpen = known.visibility === 'public' && !isBanned
    return isGranted || member || isOpen ? 0 : undefined
  }
  const never = Number.POSITIVE_INFINITY
  const comes = log.access.standings.get(pairKey(chatId, userId))?.joinedOffset ?? never
  if (isGranted) return Math.min(member?.joinedOffset ?? never, comes)
  return member?.joinedOffset
}

/** Whether a reader may read a message. */
export function mayRead(log: MemoryLog, reader: Reader, message: MessageEntry): boolean {
  const above = readsAbove(log, reader, message)
  return above !== undefined && message.offset > above && message.hiddenFrom !== reader.userId
}

/** Whether a user is kept out of a chat. */
export function isBannedFrom({ access }: MemoryLog, chatId: number, userId: number): boolean {
  const kept = access.bans.get(pairKey(chatId, userId))
  return kept !== undefined && holds(kept.ban)
}

function holds({ until }: Ban): boolean {
  return until === null || Date.parse(until) > Date.now()
}
