import type { ReactNode } from 'react'
import { type ChatRef, type ChatRow, useChatRow, useUser } from '../../react/react.ts'
import { hrefOf } from '../app/route.ts'
import { ChatAvatar } from '../chats/chat-avatar.tsx'
import { useFormat } from '../i18n/format.ts'
import { useWords } from '../i18n/words.ts'
import { Icon } from '../parts/icon.tsx'

interface ConversationHeadProps {
  readonly chat: ChatRef
  /** What else can be opened. */
  readonly children?: ReactNode
}

/** What the chat is called, who is in it, and the way back to the others. */
export function ConversationHead({ chat, children }: ConversationHeadProps) {
  const words = useWords()
  const row = useChatRow(chat)
  return (
    <header className="pane-head">
      <a
        className="icon-button only-phone"
        href={hrefOf({})}
        aria-label={words.app.back}
        title={words.app.back}
      >
        <Icon name="back" />
      </a>
      <ChatAvatar row={row} />
      <div className="grow">
        <h1 className="one-line" dir="auto">
          {row.title}
        </h1>
        <p className="soft one-line">
          <About row={row} />
        </p>
      </div>
      {children}
    </header>
  )
}

function About({ row }: { readonly row: ChatRow }) {
  const words = useWords().chats
  if (row.direct !== undefined) return <WhetherHere id={row.direct} />
  if (row.memberCount !== undefined) return words.members(row.memberCount)
  return row.kind === 'support' ? words.supportChat : words.everyone
}

function WhetherHere({ id }: { readonly id: number }) {
  const words = useWords().people
  const format = useFormat()
  const { status = 'offline', lastSeen } = useUser(id)
  return lastSeen === undefined ? words[status] : words.lastSeen(format.ago(lastSeen))
}
