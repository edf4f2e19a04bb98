import { CHAT_ROLES, type ChatRole, isAtLeast } from '../protocol/chat-role.ts'
import type { ChatChange } from './access-entries.ts'

/** What is done in a chat → the role that it takes. */
const NEEDED = {
  read: 'reader',
  write: 'member',
  react: 'member',
  pin: 'moderator',
  deleteOthers: 'moderator',
  resolveReports: 'moderator',
  rename: 'moderator',
  slowDown: 'moderator',
  add: 'moderator',
  remove: 'moderator',
  mute: 'moderator',
  ban: 'moderator',
  unban: 'moderator',
  role: 'owner',
  open: 'owner',
  keep: 'owner',
} as const satisfies Record<string, ChatRole>

export type ChatAct = keyof typeof NEEDED

/** Whether a role lets someone do something in a chat. */
export function mayDo(role: ChatRole | undefined, act: ChatAct): boolean {
  return role !== undefined && isAtLeast(role, NEEDED[act])
}

/** The role that something takes, in words. */
export function neededFor(act: ChatAct): ChatRole {
  return NEEDED[act]
}

/** What a change of a chat comes to. */
export function actsOfChange(change: ChatChange): ChatAct[] {
  const acts: ChatAct[] = []
  if (change.title !== undefined) acts.push('rename')
  if (change.slowModeSeconds !== undefined) acts.push('slowDown')
  if (change.visibility !== undefined || change.history !== undefined) acts.push('open')
  if (change.retentionSeconds !== undefined) acts.push('keep')
  return acts
}

/**
 * Whether someone with one role may act upon one with another, who may be no member: on those below,
 * and owners on owners, too.
 */
export function mayActOn(actor: ChatRole, target: ChatRole | undefined): boolean {
  if (target === undefined || actor === 'owner') return true
  return CHAT_ROLES.indexOf(actor) > CHAT_ROLES.indexOf(target)
}

/** Whether someone with one role may take back what was said by one with another. */
export function mayUndo(actor: ChatRole, by: ChatRole | undefined): boolean {
  return by === undefined || isAtLeast(actor, by)
}
