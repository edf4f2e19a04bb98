import { memo } from 'react'
import { type ChatRow, useClient, useDisplayName } from '../../react/react.ts'
import { hrefOf } from '../app/route.ts'
import { useFormat } from '../i18n/format.ts'
import { useWords } from '../i18n/words.ts'
import type { Roving } from '../parts/use-roving.ts'
import { ChatAvatar } from './chat-avatar.tsx'
import { previewOf } from './preview.ts'

interface ChatLinkProps {
  readonly row: ChatRow
  readonly isCurrent: boolean
  readonly roving: ReturnType<Roving['itemProps']>
}

/** A chat in the list: what was said last, and what is unread. */
export const ChatLink = memo(function ChatLink({ row, isCurrent, roving }: ChatLinkProps) {
  const format = useFormat()
  const { lastMessage, unread, mentions } = row
  return (
    <a
      className="list-row"
      href={hrefOf({ chat: row.ref })}
      aria-current={isCurrent ? 'page' : undefined}
      data-unread={unread > 0 ? '' : undefined}
      {...roving}
    >
      <ChatAvatar row={row} />
      <span className="title one-line" dir="auto">
        {row.title}
      </span>
      {lastMessage && (
        <time className="meta" dateTime={lastMessage.created_at}>
          {format.when(lastMessage.created_at)}
        </time>
      )}
      <span className="text one-line" dir="auto">
        <Preview row={row} />
      </span>
      <Badges unread={unread} mentions={mentions} />
    </a>
  )
}, isSame)

function Preview({ row: { lastMessage, direct } }: Pick<ChatLinkProps, 'row'>) {
  const words = useWords()
  const { userId } = useClient()
  const name = useDisplayName(lastMessage?.sender_id ?? userId)
  if (!lastMessage) return words.chats.none
  const text = previewOf(lastMessage, words)
  if (lastMessage.sender_id === userId) return words.chats.you(text)
  return direct === undefined ? words.chats.from(name, text) : text
}

function Badges({ unread, mentions }: { readonly unread: number; readonly mentions: number }) {
  const words = useWords().chats
  if (unread === 0) return null
  return (
    <span className="badges">
      {mentions > 0 && (
        <span className="badge mention">
          <span aria-hidden="true">@</span>
          <span className="unseen">{words.mentions(mentions)}</span>
        </span>
      )}
      <span className={`badge ${mentions > 0 ? 'mention' : ''}`}>
        <span aria-hidden="true">{unread > 999 ? '999+' : unread}</span>
        <span className="unseen">{words.unread(unread)}</span>
      </span>
    </span>
  )
}

function isSame(before: ChatLinkProps, after: ChatLinkProps): boolean {
  return (
    before.row === after.row &&
    before.isCurrent === after.isCurrent &&
    before.roving.tabIndex === after.roving.tabIndex
  )
}
