import type { ChatPayload } from '../../protocol/access-fields.ts'
import { chatRef, messageRef } from '../../protocol/chat.ts'
import type { ServerFrame } from '../../protocol/server-frames.ts'
import type {
  AccessEntry,
  ChatEntry,
  ChatState,
  MemberGrant,
  MembersEntry,
  ReportEntry,
} from '../../storage/access-entries.ts'
import type { LogEntry } from '../../storage/entries.ts'

/** The frame that tells of an entry about members, names or moderation; undefined where none does. */
export function accessFrame(entry: AccessEntry): ServerFrame | undefined {
  const { offset } = entry
  switch (entry.type) {
    case 'chat':
      return chatChanged(entry)
    case 'members':
      return membersChanged(entry)
    case 'user':
      return {
        type: 'USER_CHANGED',
        user: entry.id,
        ...(entry.name === undefined ? {} : { name: entry.name }),
        ...(entry.avatar === undefined ? {} : { avatar: entry.avatar }),
        offset,
      }
    case 'ban':
      return undefined
    case 'block':
      return { type: 'BLOCKS_CHANGED', user: entry.id, blocked: entry.isBlocked, offset }
    case 'report':
      return { type: 'REPORTED', report: reportOf(entry), offset }
    case 'resolution':
      return {
        type: 'REPORT_RESOLVED',
        report_id: entry.id,
        resolution: entry.resolution,
        ...done(entry),
      }
    case 'pin':
      return {
        type: 'MESSAGE_PINNED',
        ...messageRef(entry.kind, entry.id),
        ...chatRef(entry.kind, entry.chatId),
        pinned: entry.isPinned,
        ...done(entry),
      }
    case 'settings':
      return {
        type: 'CHAT_SETTINGS',
        ...chatRef(entry.kind, entry.chatId),
        notify: entry.notify,
        offset,
      }
    case 'follow':
      return {
        type: 'THREAD_FOLLOWED',
        ...messageRef(entry.kind, entry.id),
        ...chatRef(entry.kind, entry.chatId),
        followed: entry.isFollowed,
        offset,
      }
  }
}

/** A chat as its readers see it. */
export function chatPayloadOf(chatId: number, state: ChatState): ChatPayload {
  const { title, visibility, history, slowModeSeconds, retentionSeconds, direct } = state
  return {
    chat_id: chatId,
    ...(title === undefined ? {} : { title }),
    visibility,
    history,
    ...(slowModeSeconds === 0 ? {} : { slow_mode: slowModeSeconds }),
    ...(retentionSeconds === undefined ? {} : { retention: retentionSeconds }),
    ...(direct === undefined ? {} : { direct: [...direct] }),
    created_by: state.createdBy,
    members: state.memberCount,
  }
}

function done({ senderId, createdAt, offset }: LogEntry) {
  return { by: senderId, at: createdAt, offset }
}

function chatChanged(entry: ChatEntry): ServerFrame {
  return {
    type: 'CHAT_CHANGED',
    chat: chatPayloadOf(entry.chatId, entry.state),
    ...(entry.added.length === 0 ? {} : { added: entry.added.map(grant) }),
    ...done(entry),
  }
}

function membersChanged(entry: MembersEntry): ServerFrame {
  const { added, removed, roles, muted, banned, unbanned, reason } = entry
  return {
    type: 'MEMBERS_CHANGED',
    chat_id: entry.chatId,
    act: entry.act,
    ...(added.length === 0 ? {} : { added: added.map(grant) }),
    ...(removed.length === 0 ? {} : { removed: [...removed] }),
    ...(roles.length === 0 ? {} : { roles: roles.map(grant) }),
    ...(muted.length === 0
      ? {}
      : { muted: muted.map(({ userId, until }) => ({ user: userId, until })) }),
    ...(banned === undefined ? {} : { banned: { user: banned.userId, until: banned.until } }),
    ...(unbanned === undefined ? {} : { unbanned }),
    ...(reason === undefined ? {} : { reason }),
    members: entry.state.memberCount,
    ...done(entry),
  }
}

function grant({ userId, role, mutedUntil }: MemberGrant) {
  return { user: userId, role, ...(mutedUntil === undefined ? {} : { muted_until: mutedUntil }) }
}

function reportOf(entry: ReportEntry) {
  return {
    id: entry.reportId,
    ...chatRef(entry.kind, entry.chatId),
    ...messageRef(entry.kind, entry.id),
    sender_id: entry.author,
    reporter: entry.senderId,
    reason: entry.reason,
    content: entry.content,
    created_at: entry.createdAt,
  }
}
