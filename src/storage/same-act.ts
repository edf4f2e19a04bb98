import type { MembersEntry, NewChatChange, NewMembersChange } from './access-entries.ts'
import type { LogEntry, NewEntry } from './entries.ts'

/**
 * Whether an entry asks for what one did that was stored under its name: a repetition, and no other act that
 * happens to have the same name. What was written is not compared, as it may have been changed since; all
 * messages of one name are one.
 */
export function isSameAct(stored: LogEntry, entry: NewEntry): boolean {
  if (stored.type !== entry.type) return false
  if (entry.type === 'message') return true
  if ('kind' in entry && stored.kind !== entry.kind) return false
  if ('messageId' in entry && stored.id !== entry.messageId) return false
  switch (entry.type) {
    case 'chat':
      return isSameChat(stored as Extract<LogEntry, { type: 'chat' }>, entry)
    case 'members':
      return isSameOfMembers(stored as MembersEntry, entry)
    case 'support':
      return stored.chatId === entry.chatId
    case 'user':
      return stored.id === entry.userId
    case 'resolution':
      return stored.id === entry.reportId
    case 'settings':
      return stored.chatId === entry.chatId && has(stored, { notify: entry.notify })
    case 'ban':
      return stored.id === entry.userId && has(stored, { isLifted: entry.isLifted })
    case 'block':
      return stored.id === entry.userId && has(stored, { isBlocked: entry.isBlocked })
    case 'reaction':
      return has(stored, { emoji: entry.emoji, removed: entry.removed })
    case 'pin':
      return has(stored, { isPinned: entry.isPinned })
    case 'follow':
      return has(stored, { isFollowed: entry.isFollowed })
    default:
      return true
  }
}

function isSameChat(
  stored: Extract<LogEntry, { type: 'chat' }>,
  { chatId, directWith }: NewChatChange,
): boolean {
  const isMade = stored.added.length > 0
  if (chatId !== undefined) return !isMade && stored.chatId === chatId
  const { direct } = stored.state
  const isOfSame = directWith === undefined ? !direct : direct?.includes(directWith) === true
  return isMade && isOfSame
}

function isSameOfMembers(stored: MembersEntry, { chatId, action }: NewMembersChange): boolean {
  if (stored.chatId !== chatId || stored.act !== action.act) return false
  if (!('userId' in action)) return true
  const { roles, muted, banned, unbanned } = stored
  const about = [...roles, ...muted, ...(banned ? [banned] : [])].map(({ userId }) => userId)
  return unbanned === action.userId || about.includes(action.userId)
}

function has(stored: LogEntry, fields: object): boolean {
  return Object.entries(fields).every(([key, value]) => stored[key as keyof LogEntry] === value)
}
