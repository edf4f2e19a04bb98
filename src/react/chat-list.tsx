'use client'

import { memo, type ReactNode } from 'react'
import { type ChatRef, chatKeyOf } from '../protocol/chat.ts'
import type { ChatRow } from '../view/chat-rows.ts'
import { useChats } from './use-chats.ts'

export interface ChatListProps {
  readonly className?: string | undefined
  /** The chat that is shown. */
  readonly selected?: ChatRef | undefined
  readonly onSelect: (chat: ChatRef) => void
  readonly components?: {
    /** What stands in each button. */
    readonly Chat?: (row: ChatRow) => ReactNode
  }
  readonly labels?: {
    readonly list?: string
    readonly loading?: string
    readonly retry?: string
    readonly unread?: (unread: number, mentions: number) => string
  }
}

/** The chats of the user, the one with the newest message first; one of them can be chosen. */
export function ChatList(props: ChatListProps) {
  const { className, selected, onSelect, components = {}, labels = {} } = props
  const { chats, status, error, reload } = useChats()
  const key = selected && chatKeyOf(selected)
  return (
    <nav className={className} aria-label={labels.list ?? 'Chats'} aria-busy={status === 'loading'}>
      {status === 'loading' && chats.length === 0 && <p>{labels.loading ?? 'Loading …'}</p>}
      {status === 'error' && (
        <p role="alert">
          {error?.message}{' '}
          <button type="button" onClick={reload}>
            {labels.retry ?? 'Try again'}
          </button>
        </p>
      )}
      <ul>
        {chats.map((row) => (
          <ChatLine
            key={row.key}
            row={row}
            isSelected={row.key === key}
            onSelect={onSelect}
            Chat={components.Chat}
            unread={labels.unread ?? describeUnread}
          />
        ))}
      </ul>
    </nav>
  )
}

const ChatLine = /* @__PURE__ */ memo(function ChatLine({
  row,
  isSelected,
  onSelect,
  Chat,
  unread,
}: {
  readonly row: ChatRow
  readonly isSelected: boolean
  readonly onSelect: (chat: ChatRef) => void
  readonly Chat: ((row: ChatRow) => ReactNode) | undefined
  readonly unread: (unread: number, mentions: number) => string
}) {
  return (
    <li data-unread={row.unread || undefined} data-mentions={row.mentions || undefined}>
      <button
        type="button"
        aria-current={isSelected ? 'true' : undefined}
        onClick={() => onSelect(row.ref)}
      >
        {Chat ? (
          <Chat {...row} />
        ) : (
          <>
            <bdi>{row.title}</bdi>
            {row.unread > 0 && <span> {unread(row.unread, row.mentions)}</span>}
          </>
        )}
      </button>
    </li>
  )
})

function describeUnread(unread: number, mentions: number): string {
  const mentioned = mentions === 0 ? '' : `, ${mentions} for you`
  return `${unread} unread${mentioned}`
}
