import { useRef, useState } from 'react'
import type { ChatRole } from '../../protocol/chat-role.ts'
import { type ShownMembers, useBlocked, useClient, useUser } from '../../react/react.ts'
import { hrefOf } from '../app/route.ts'
import { useFormat } from '../i18n/format.ts'
import { useWords } from '../i18n/words.ts'
import { Icon } from '../parts/icon.tsx'
import { Menu, type MenuItem } from '../parts/menu.tsx'
import { UserAvatar } from '../parts/user-avatar.tsx'
import { Confirm } from './confirm.tsx'
import { isMuted, moderationItems } from './member-actions.ts'
import type { Act } from './use-act.ts'

interface MemberRowProps extends Pick<Act, 'act'> {
  readonly member: ShownMembers['members'][number]
  /** What the user may do in the chat; undefined where nobody moderates. */
  readonly ownRole: ChatRole | undefined
  readonly does: Pick<ShownMembers, 'setRole' | 'mute' | 'remove' | 'ban'>
}

/** A member, the role, and what may be done about the member. */
export function MemberRow({ member, ownRole, does, act }: MemberRowProps) {
  const words = useWords().panels.members
  const format = useFormat()
  const { name, isSelf } = useUser(member.userId)
  const button = useRef<HTMLButtonElement>(null)
  const [open, setOpen] = useState<'menu' | 'remove' | 'ban'>()
  const personal = usePersonalItems(member.userId, act)
  const items = isSelf
    ? []
    : [...personal, ...moderationItems({ member, ownRole, does, act, words, ask: setOpen })]
  const confirmed = (what: 'remove' | 'ban') => {
    setOpen(undefined)
    void act(() => does[what](member.userId))
  }
  const muted = isMuted(member) && words.mutedUntil(format.when(member.mutedUntil!))
  return (
    <div className="with-tool">
      <div className="list-row small still">
        <UserAvatar id={member.userId} isSmall hasStatus />
        <span className="title one-line" dir="auto">
          {isSelf ? words.you(name) : name}
        </span>
        <span className="text one-line">
          {words.roles[member.role]}
          {muted && ` · ${muted}`}
        </span>
      </div>
      {items.length > 0 && (
        <button
          ref={button}
          type="button"
          className="icon-button"
          aria-haspopup="menu"
          aria-expanded={open === 'menu'}
          aria-label={words.actions(name)}
          title={words.actions(name)}
          onClick={() => setOpen('menu')}
        >
          <Icon name="more" />
        </button>
      )}
      {open === 'menu' && (
        <Menu
          anchor={button}
          label={words.actions(name)}
          items={items}
          onClose={() => setOpen((now) => (now === 'menu' ? undefined : now))}
        />
      )}
      {(open === 'remove' || open === 'ban') && (
        <Confirm
          title={words[open]}
          text={open === 'ban' ? words.banAsk(name) : words.removeAsk(name)}
          action={words[open]}
          onConfirm={() => confirmed(open)}
          onCancel={() => setOpen(undefined)}
        />
      )}
    </div>
  )
}

/** What anyone may do about another user. */
function usePersonalItems(userId: number, act: Act['act']): MenuItem[] {
  const words = useWords().panels.members
  const client = useClient()
  const { blocked, block, unblock } = useBlocked()
  const write = async () => {
    const { id } = await client.direct(userId)
    window.location.hash = hrefOf({ chat: { chat_id: id } })
  }
  const isBlocked = blocked.has(userId)
  return [
    { icon: 'chat', label: words.write, onChoose: () => void act(write) },
    {
      icon: 'shield',
      label: isBlocked ? words.unblock : words.block,
      onChoose: () => void act(() => (isBlocked ? unblock(userId) : block(userId))),
    },
  ]
}
