import { CHAT_ROLES, type ChatRole, isAtLeast } from '../../protocol/chat-role.ts'
import type { ShownMembers } from '../../react/react.ts'
import type { Words } from '../i18n/en.ts'
import type { MenuItem } from '../parts/menu.tsx'

type Member = ShownMembers['members'][number]

const HOUR_MS = 3_600_000

/** Whether a member may not write now. */
export function isMuted({ mutedUntil }: Member, nowMs = Date.now()): boolean {
  return mutedUntil !== undefined && Date.parse(mutedUntil) > nowMs
}

interface Moderated {
  readonly member: Member
  readonly ownRole: ChatRole | undefined
  readonly does: Pick<ShownMembers, 'setRole' | 'mute'>
  readonly act: (does: () => Promise<unknown>) => void
  readonly words: Words['panels']['members']
  /** Asks the user before it is done. */
  readonly ask: (what: 'remove' | 'ban') => void
}

/** What the user's role lets the user do about another member. */
export function moderationItems(given: Moderated): MenuItem[] {
  const { member, ownRole, does, act, words, ask } = given
  const { userId, role } = member
  if (!ownRole || !isAtLeast(ownRole, 'moderator')) return []
  const isOwner = ownRole === 'owner'
  const items: MenuItem[] = isOwner
    ? CHAT_ROLES.filter((one) => one !== role).map((one) => ({
        icon: 'shield',
        label: words.makeRole(words.roles[one]),
        onChoose: () => act(() => does.setRole(userId, one)),
      }))
    : []
  // Those of a lower role only.
  if (isAtLeast(role, ownRole)) return items
  const muteFor = (ms: number) =>
    act(() => does.mute(userId, new Date(Date.now() + ms).toISOString()))
  if (isMuted(member))
    items.push({
      icon: 'bell',
      label: words.unmute,
      onChoose: () => act(() => does.mute(userId, null)),
    })
  else
    items.push(
      { icon: 'bell', label: words.mute, onChoose: () => muteFor(HOUR_MS) },
      { icon: 'bell', label: words.muteDay, onChoose: () => muteFor(24 * HOUR_MS) },
    )
  items.push(
    { icon: 'leave', label: words.remove, isDangerous: true, onChoose: () => ask('remove') },
    { icon: 'warning', label: words.ban, isDangerous: true, onChoose: () => ask('ban') },
  )
  return items
}
