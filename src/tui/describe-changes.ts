import type { ChatChanged, MembersChanged } from '../protocol/access-events.ts'
import { timeOf } from './pane/time-of-day.ts'
import { sanitizeLine } from './sanitize.ts'
import { shownName } from './shown-name.ts'

type NameOf = (userId: number) => string

/** The users that a line about a change names. */
export function usersIn({
  by,
  added,
  removed,
  roles,
  muted,
  banned,
  unbanned,
}: Partial<Omit<MembersChanged, 'type'>>): number[] {
  const others = [...(added ?? []), ...(roles ?? []), ...(muted ?? [])].map(({ user }) => user)
  const kept = [banned?.user, unbanned].filter((user) => user !== undefined)
  return [...(by ? [by] : []), ...others, ...(removed ?? []), ...kept]
}

/** What was done to members, as a line; without the name of the chat. */
export function describeMembersChange(change: MembersChanged, nameOf: NameOf): string {
  const { act, by, added = [], removed = [], roles = [], muted = [], reason } = change
  const who = nameOfDoer(by, nameOf)
  const because = reason === undefined ? '' : `: ${sanitizeLine(reason)}`
  const names = (users: readonly number[]) => users.map(nameOf).join(', ')
  switch (act) {
    case 'join':
      return `${names(added.map(({ user }) => user))} joined`
    case 'leave':
      return `${names(removed)} left`
    case 'add':
      return `${who} added ${names(added.map(({ user }) => user))}`
    case 'remove':
      return `${who} removed ${names(removed)}${because}`
    case 'role':
      return roles.map(({ user, role }) => `${who} made ${nameOf(user)} ${role}`).join('; ')
    case 'mute':
      return muted.map(({ user, until }) => describeMute(who, nameOf(user), until)).join('; ')
    case 'ban':
      return `${who} banned ${nameOfBanned(change, nameOf)}${untilOf(change)}${because}`
    case 'unban':
      return `${who} lifted the ban of ${change.unbanned === undefined ? 'someone' : nameOf(change.unbanned)}`
  }
}

/** Why the user is not in a chat any more. */
export function describeRemoval(change: MembersChanged, title: string, nameOf: NameOf): string {
  const { act, by, reason } = change
  if (act === 'leave') return `you have left ${title}`
  const does = act === 'ban' ? `banned${untilOf(change)}` : 'removed'
  const because = reason === undefined ? '' : `: ${sanitizeLine(reason)}`
  return `you were ${does} from ${title} by ${nameOfDoer(by, nameOf)}${because}`
}

/** How the user came into a chat that was made with the user in it. */
export function describeBeginning({ chat, by }: ChatChanged, nameOf: NameOf): string {
  const who = nameOfDoer(by, nameOf)
  return chat.direct === undefined ? `${who} added you` : `${who} began a direct chat with you`
}

/** What a chat is now, where that was changed. */
export function describeChatChange({ chat, by }: ChatChanged, nameOf: NameOf): string {
  const { title, visibility, slow_mode } = chat
  const called = title === undefined ? 'no title' : `"${shownName(title)}"`
  const slow = slow_mode ? `, slow mode of ${slow_mode} s` : ''
  return `${nameOfDoer(by, nameOf)} changed this chat: ${called}, ${visibility}${slow}`
}

/** Whoever is banned may not have been in the chat. */
function nameOfBanned({ banned, removed = [] }: MembersChanged, nameOf: NameOf): string {
  const user = banned?.user ?? removed[0]
  return user === undefined ? 'someone' : nameOf(user)
}

function untilOf({ banned }: MembersChanged): string {
  return banned?.until ? ` until ${timeOf(banned.until)}` : ''
}

/** Whoever runs the server is user 0. */
function nameOfDoer(by: number, nameOf: NameOf): string {
  return by === 0 ? 'the server' : nameOf(by)
}

function describeMute(who: string, name: string, until: string | null): string {
  return until === null
    ? `${who} lets ${name} write again`
    : `${who} muted ${name} until ${timeOf(until)}`
}
