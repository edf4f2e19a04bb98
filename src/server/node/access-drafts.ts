import type { ACCESS_FRAMES } from '../../protocol/access-frames.ts'
import { chatOf, messageOf } from '../../protocol/chat.ts'
import type { ClientFrames } from '../../protocol/client-frames.ts'
import type { NewEntry } from '../../storage/entries.ts'

/** An entry without what says who adds it. */
export type EntryDraft = NewEntry extends infer Entry
  ? Entry extends NewEntry
    ? Omit<Entry, 'senderId' | 'clientId' | 'authority'>
    : never
  : never

/** A type of frame about members, names or moderation. */
export type AccessFrameType = keyof typeof ACCESS_FRAMES

type Drafts = {
  readonly [Type in AccessFrameType]: (frame: ClientFrames[Type], userId: number) => EntryDraft
}

/** Frame type → the entry that a user's frame asks for. */
const DRAFTS: Drafts = {
  CREATE_CHAT: ({ title, visibility, history, members = [] }) => ({
    ...{ type: 'chat', chatId: undefined, members, directWith: undefined },
    change: { title, visibility, history },
  }),
  CHANGE_CHAT: ({ chat_id, title, visibility, history, slow_mode, retention }) => ({
    ...{ type: 'chat', chatId: chat_id, members: [], directWith: undefined },
    change: {
      ...{ title, visibility, history },
      ...{ slowModeSeconds: slow_mode, retentionSeconds: retention },
    },
  }),
  DIRECT: ({ user }) => ({
    ...{ type: 'chat', chatId: undefined, change: {}, members: [], directWith: user },
  }),
  JOIN: ({ chat_id }) => inChat(chat_id, { act: 'join' }),
  LEAVE: ({ chat_id }) => inChat(chat_id, { act: 'leave' }),
  ADD_MEMBERS: ({ chat_id, users, role = 'member' }) =>
    inChat(chat_id, { act: 'add', userIds: users, role }),
  REMOVE_MEMBERS: ({ chat_id, users }) => inChat(chat_id, { act: 'remove', userIds: users }),
  SET_ROLE: ({ chat_id, user, role }) => inChat(chat_id, { act: 'role', userId: user, role }),
  MUTE: ({ chat_id, user, until }) => inChat(chat_id, { act: 'mute', userId: user, until }),
  BAN: ({ chat_id, user: userId, until = null, reason }) =>
    chat_id === undefined
      ? { type: 'ban', userId, isLifted: false, until, reason }
      : inChat(chat_id, { act: 'ban', userId, until, reason }),
  UNBAN: ({ chat_id, user: userId }) =>
    chat_id === undefined
      ? { type: 'ban', userId, isLifted: true, until: null, reason: undefined }
      : inChat(chat_id, { act: 'unban', userId }),
  PROFILE: ({ name, avatar }, userId) => ({ type: 'user', userId, name, avatar }),
  BLOCK: ({ user }) => ({ type: 'block', userId: user, isBlocked: true }),
  UNBLOCK: ({ user }) => ({ type: 'block', userId: user, isBlocked: false }),
  REPORT: ({ reason, ...frame }) => ({ type: 'report', ...aboutMessage(frame), reason }),
  RESOLVE_REPORT: ({ report_id, resolution }) => ({
    ...{ type: 'resolution', reportId: report_id, resolution },
  }),
  PIN: ({ pinned, ...frame }) => ({ type: 'pin', ...aboutMessage(frame), isPinned: pinned }),
  CHAT_SETTINGS: ({ notify, ...frame }) => {
    const { kind, id: chatId } = chatOf(frame)
    return { type: 'settings', kind, chatId, notify }
  },
  FOLLOW: ({ followed, ...frame }) => ({
    ...{ type: 'follow', ...aboutMessage(frame), isFollowed: followed },
  }),
}

/** What chats without members cannot do; a ban of the server needs none. */
const NEEDS_MEMBERS: ReadonlySet<AccessFrameType> = new Set([
  ...(['CREATE_CHAT', 'CHANGE_CHAT', 'DIRECT', 'JOIN', 'LEAVE'] as const),
  ...(['ADD_MEMBERS', 'REMOVE_MEMBERS', 'SET_ROLE', 'MUTE'] as const),
])

/** The entry that a frame about members, names or moderation asks for, in the name of a user. */
export function accessDraft(frame: ClientFrames[AccessFrameType], userId: number): EntryDraft {
  const draft = DRAFTS[frame.type] as (given: typeof frame, user: number) => EntryDraft
  return draft(frame, userId)
}

/** Whether a frame asks for something that only chats with members have. */
export function needsMembers(frame: ClientFrames[AccessFrameType]): boolean {
  const isInChat = 'chat_id' in frame && frame.chat_id !== undefined
  const isBan = frame.type === 'BAN' || frame.type === 'UNBAN'
  return NEEDS_MEMBERS.has(frame.type) || (isBan && isInChat)
}

/** Whether a frame asks for something that only admins do. */
export function needsAdmin(frame: ClientFrames[AccessFrameType], isOpen: boolean): boolean {
  if (frame.type === 'RESOLVE_REPORT') return isOpen
  return (frame.type === 'BAN' || frame.type === 'UNBAN') && frame.chat_id === undefined
}

function inChat(
  chatId: number,
  action: Extract<EntryDraft, { type: 'members' }>['action'],
): EntryDraft {
  return { type: 'members', chatId, action }
}

function aboutMessage(frame: Parameters<typeof messageOf>[0]) {
  const { kind, id: messageId } = messageOf(frame)
  return { kind, messageId }
}
