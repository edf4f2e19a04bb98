import type { ChatRole } from '../../src/protocol/chat-role.ts'
import type { MemberAction, NewAccessEntry } from '../../src/storage/access-entries.ts'
import type {
  NewDeletion,
  NewEdit,
  NewMessageEntry,
  NewReaction,
} from '../../src/storage/entries.ts'
import type { Authority } from '../../src/storage/entry-base.ts'
import { newEntry } from './new-entry.ts'

type OfType<Type extends NewAccessEntry['type']> = Extract<NewAccessEntry, { type: Type }>

/** What one user does where chats have members. */
export interface Doer {
  readonly userId: number
  readonly authority: Authority
}

/** A user of whom nothing is known but what the store holds. */
export function user(
  userId: number,
  { isAgent = false, isAdmin = false, granted = {} as Record<number, ChatRole> } = {},
): Doer {
  const roles = Object.entries(granted).map(([id, role]) => [Number(id), role] as const)
  const issuedAtMs = Date.UTC(3000, 0)
  return { userId, authority: { isAgent, isAdmin, granted: new Map(roles), issuedAtMs } }
}

const by = ({ userId, authority }: Doer) => ({
  senderId: userId,
  clientId: undefined as string | undefined,
  authority,
})

/** Entries as users send them, plain where nothing else is asked for. */
export const sent = {
  message: (who: Doer, chatId: number, more: Partial<NewMessageEntry> = {}): NewMessageEntry =>
    newEntry({ chatId, isFromAgent: who.authority.isAgent, ...by(who), ...more }),
  edit: (who: Doer, messageId: number, more: Partial<NewEdit> = {}): NewEdit => ({
    ...{ type: 'edit', kind: 'chat', messageId, content: 'edited', ...by(who) },
    ...more,
  }),
  deletion: (who: Doer, messageId: number, more: Partial<NewDeletion> = {}): NewDeletion => ({
    ...{ type: 'deletion', kind: 'chat', messageId, ...by(who), ...more },
  }),
  reaction: (who: Doer, messageId: number, more: Partial<NewReaction> = {}): NewReaction => ({
    ...{ type: 'reaction', kind: 'chat', messageId, emoji: '👍', removed: false, ...by(who) },
    ...more,
  }),
  /** Makes a chat. */
  chat: (
    who: Doer,
    change: OfType<'chat'>['change'] = {},
    members: readonly number[] = [],
  ): OfType<'chat'> => ({
    ...{ type: 'chat', chatId: undefined, change, members, directWith: undefined, ...by(who) },
  }),
  change: (who: Doer, chatId: number, change: OfType<'chat'>['change']): OfType<'chat'> => ({
    ...{ type: 'chat', chatId, change, members: [], directWith: undefined, ...by(who) },
  }),
  direct: (who: Doer, directWith: number): OfType<'chat'> => ({
    ...{ type: 'chat', chatId: undefined, change: {}, members: [], directWith, ...by(who) },
  }),
  members: (who: Doer, chatId: number, action: MemberAction): OfType<'members'> => ({
    ...{ type: 'members', chatId, action, ...by(who) },
  }),
  profile: (
    who: Doer,
    { name, avatar }: { name?: string | null; avatar?: string | null },
    userId = who.userId,
  ): OfType<'user'> => ({ type: 'user', userId, name, avatar, ...by(who) }),
  ban: (who: Doer, userId: number, more: Partial<OfType<'ban'>> = {}): OfType<'ban'> => ({
    ...{ type: 'ban', userId, isLifted: false, until: null, reason: undefined, ...by(who) },
    ...more,
  }),
  block: (who: Doer, userId: number, isBlocked = true): OfType<'block'> => ({
    ...{ type: 'block', userId, isBlocked, ...by(who) },
  }),
  report: (
    who: Doer,
    messageId: number,
    more: Partial<OfType<'report'>> = {},
  ): OfType<'report'> => ({
    ...{ type: 'report', kind: 'chat', messageId, reason: 'rude', ...by(who), ...more },
  }),
  resolution: (who: Doer, reportId: number, resolution = 'done'): OfType<'resolution'> => ({
    ...{ type: 'resolution', reportId, resolution, ...by(who) },
  }),
  pin: (who: Doer, messageId: number, more: Partial<OfType<'pin'>> = {}): OfType<'pin'> => ({
    ...{ type: 'pin', kind: 'chat', messageId, isPinned: true, ...by(who), ...more },
  }),
  settings: (
    who: Doer,
    chatId: number,
    more: Partial<OfType<'settings'>> = {},
  ): OfType<'settings'> => ({
    ...{ type: 'settings', kind: 'chat', chatId, notify: 'mentions', ...by(who), ...more },
  }),
  follow: (
    who: Doer,
    messageId: number,
    more: Partial<OfType<'follow'>> = {},
  ): OfType<'follow'> => ({
    ...{ type: 'follow', kind: 'chat', messageId, isFollowed: true, ...by(who), ...more },
  }),
}

/** The same without asking what the sender may, as where access is open. */
export function asOpen<Entry extends { authority?: Authority | undefined }>(entry: Entry): Entry {
  return { ...entry, authority: undefined }
}
