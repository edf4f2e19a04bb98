import { chatKey } from '../protocol/chat.ts'
import type { AccessReferences, Place } from './access-changes.ts'
import { pairKey } from './access-changes.ts'
import type { MemberAction } from './access-entries.ts'
import type { NewEntry } from './entries.ts'
import { type Target, targetKey } from './target.ts'

/**
 * What a batch names of chats, members and users. An entry without an authority names nothing of who
 * may do it.
 *
 * @param targets the messages that the batch is about
 */
export function accessReferencesOf(
  entries: readonly NewEntry[],
  targets: ReadonlyMap<string, Target>,
): AccessReferences {
  const places = new Map<string, Place>()
  const bans = new Map<string, Place>()
  const blocks: { userId: number; blockedId: number }[] = []
  const found = {
    directs: new Set<string>(),
    ownersOf: new Set<number>(),
    users: new Set<number>(),
    chatsOfUsers: new Set<number>(),
    chatCounts: new Set<number>(),
    makers: new Set<number>(),
    blockCounts: new Set<number>(),
    customers: new Set<number>(),
  }
  const reports: AccessReferences['reports'][number][] = []
  const reported: AccessReferences['reported'][number][] = []
  const pinned: AccessReferences['pinned'][number][] = []
  const settings: AccessReferences['settings'][number][] = []
  const follows: AccessReferences['follows'][number][] = []
  const reportedChats = new Set<number>()
  let makesChats = false
  let makesReports = false

  const seat = (chatId: number, userId: number) =>
    places.set(pairKey(chatId, userId), { chatId, userId })
  const ban = (chatId: number, userId: number) =>
    bans.set(pairKey(chatId, userId), { chatId, userId })

  for (const entry of entries) {
    const { senderId, authority } = entry
    switch (entry.type) {
      case 'chat':
        if (entry.directWith !== undefined) {
          const other = entry.directWith
          found.directs.add(directKey(senderId, other))
          blocks.push({ userId: senderId, blockedId: other })
          blocks.push({ userId: other, blockedId: senderId })
        }
        for (const userId of entry.members) blocks.push({ userId, blockedId: senderId })
        if (entry.chatId === undefined) {
          makesChats = true
          if (authority?.chatsPerDay) found.makers.add(senderId)
          for (const userId of [senderId, ...entry.members, entry.directWith ?? senderId])
            found.chatCounts.add(userId)
        } else {
          seat(entry.chatId, senderId)
          ban(entry.chatId, senderId)
        }
        break
      case 'members': {
        seat(entry.chatId, senderId)
        ban(entry.chatId, senderId)
        found.ownersOf.add(entry.chatId)
        for (const userId of usersOf(entry.action, senderId)) {
          seat(entry.chatId, userId)
          ban(entry.chatId, userId)
          found.chatCounts.add(userId)
          if (entry.action.act === 'add') blocks.push({ userId, blockedId: senderId })
        }
        break
      }
      case 'user':
        found.users.add(entry.userId)
        if (authority) found.chatsOfUsers.add(entry.userId)
        break
      case 'ban':
        ban(0, entry.userId)
        break
      case 'block':
        blocks.push({ userId: senderId, blockedId: entry.userId })
        found.blockCounts.add(senderId)
        break
      case 'resolution':
        reports.push({ reportId: entry.reportId, userId: senderId })
        break
      case 'support':
        break
      case 'message':
      case 'settings':
        if (entry.type === 'settings')
          settings.push({ userId: senderId, kind: entry.kind, chatId: entry.chatId })
        if (!authority) break
        if (entry.kind === 'support') found.customers.add(entry.chatId)
        else {
          seat(entry.chatId, senderId)
          ban(entry.chatId, senderId)
        }
        break
      default: {
        const target = targets.get(targetKey(entry.kind, entry.messageId))
        if (!target) break
        const { kind, chatId, senderId: author } = target
        if (entry.type === 'report') {
          makesReports = true
          reported.push({ kind, messageId: target.id, reporterId: senderId })
          if (kind === 'chat') reportedChats.add(chatId)
        }
        if (entry.type === 'follow') follows.push({ userId: senderId, kind, messageId: target.id })
        if (entry.type === 'pin') pinned.push({ kind, messageId: target.id, chatId })
        if (!authority) break
        if (kind === 'support') found.customers.add(chatId)
        else {
          seat(chatId, senderId)
          ban(chatId, senderId)
          if (entry.type === 'deletion') seat(chatId, author)
        }
      }
    }
  }
  // A report may end in the batch that it began in.
  for (const { userId } of reports)
    for (const chatId of reportedChats) {
      seat(chatId, userId)
      ban(chatId, userId)
    }
  return {
    ...{ ...found, blocks, reports, reported, pinned, makesChats, makesReports },
    ...{ settings, follows },
    places: [...places.values()],
    bans: [...bans.values()],
  }
}

/** The users that something is done to, its sender where that is the sender's own doing. */
export function usersOf(action: MemberAction, senderId: number): readonly number[] {
  if ('userIds' in action) return action.userIds
  if (action.act === 'leave') return [senderId, action.erasure?.heir ?? senderId]
  return [('userId' in action ? action.userId : undefined) ?? senderId]
}

/** Names a direct chat. */
export function directKey(one: number, other: number): string {
  return pairKey(Math.min(one, other), Math.max(one, other))
}

/** Names a report that stands. */
export function reportKey(kind: 'chat' | 'support', messageId: number, reporterId: number): string {
  return `${targetKey(kind, messageId)} ${reporterId}`
}

/** Names the chat whose pins are counted. */
export const pinCountKey = chatKey
