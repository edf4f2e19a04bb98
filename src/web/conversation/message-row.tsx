import { lazy, memo, Suspense, useMemo, useRef, useState } from 'react'
import {
  type KnownMessage,
  type TimelineItem,
  useClient,
  useNames,
  useUser,
} from '../../react/react.ts'
import { hrefOf } from '../app/route.ts'
import { useFormat } from '../i18n/format.ts'
import { useWords } from '../i18n/words.ts'
import { Icon } from '../parts/icon.tsx'
import { UserAvatar } from '../parts/user-avatar.tsx'
import { useConversation } from './conversation-context.ts'
import { Markup } from './markup.tsx'
import { MessageFiles } from './message-files.tsx'
import { Receipts } from './receipts.tsx'
import { ReplyQuote } from './reply-quote.tsx'

const Reactions = lazy(async () => ({ default: (await import('./reactions.tsx')).Reactions }))
const MessageTools = lazy(async () => ({
  default: (await import('./message-tools.tsx')).MessageTools,
}))

type MessageItem = Extract<TimelineItem, { type: 'message' }>

interface MessageRowProps {
  readonly item: MessageItem
  readonly isStop: boolean
  readonly isFound: boolean
  readonly onFocus: (key: string) => void
}

/** A message with all that belongs to it. */
export function MessageRow({ item, isStop, isFound, onFocus }: MessageRowProps) {
  const { message, isHead, isTail, key } = item
  const words = useWords().messages
  const format = useFormat()
  const { chat } = useConversation()
  const row = useRef<HTMLElement>(null)
  const { name, isSelf } = useUser(message.sender_id)
  // Most rows are only read: what can be done with one is there once it is pointed at, or has the focus.
  const [isNear, setNear] = useState(false)
  const isDeleted = message.deleted_at !== undefined
  return (
    <article
      ref={row}
      className="message"
      data-own={isSelf ? '' : undefined}
      data-head={isHead ? '' : undefined}
      data-tail={isTail ? '' : undefined}
      data-found={isFound ? '' : undefined}
      data-message={key}
      aria-label={words.of(name, format.full(message.created_at))}
      tabIndex={isStop ? 0 : -1}
      onPointerEnter={() => setNear(true)}
      onFocus={() => {
        setNear(true)
        onFocus(key)
      }}
    >
      {!isSelf && (
        <div className="message-side">
          {isHead && <UserAvatar id={message.sender_id} isSmall />}
        </div>
      )}
      <div className="message-main">
        {isHead && !isSelf && (
          <div className="message-name one-line" dir="auto" aria-hidden="true">
            {name}
          </div>
        )}
        <div className="bubble">
          {message.reply_to !== undefined && !isDeleted && <ReplyQuote id={message.reply_to} />}
          <Content message={message} />
          <span className="message-meta">
            {message.edited_at !== undefined && !isDeleted && (
              <span title={format.full(message.edited_at)}>{words.edited}</span>
            )}
            <time dateTime={message.created_at} title={format.full(message.created_at)}>
              {format.time(message.created_at)}
            </time>
            {isSelf && !isDeleted && <Receipts id={message.id} />}
          </span>
        </div>
        {!isDeleted && (
          <Suspense>
            <Reactions message={message} isStop={isStop} />
          </Suspense>
        )}
        {message.replies && (
          <a
            className="thread-link"
            href={hrefOf({ chat, panel: `thread/${message.id}` })}
            tabIndex={isStop ? 0 : -1}
          >
            <Icon name="thread" />
            {words.replies(message.replies.count)}
          </a>
        )}
        {isNear && !isDeleted && (
          <Suspense>
            <MessageTools message={message} row={row} isStop={isStop} />
          </Suspense>
        )}
      </div>
    </article>
  )
}

const Content = memo(function Content({ message }: { readonly message: KnownMessage }) {
  const words = useWords().messages
  const { userId } = useClient()
  const [isShown, setShown] = useState(false)
  const mentions = message.mentions ?? NOBODY
  const names = useNames(mentions)
  const mentioned = useMemo(
    () => new Map(mentions.map((id, i) => [id, names[i] ?? String(id)])),
    [mentions, names],
  )
  if (message.deleted_at !== undefined) return <Deleted by={message.deleted_by} />
  if (message.isBlocked && !isShown)
    return (
      <p className="soft">
        {words.blocked}{' '}
        <button type="button" className="link" onClick={() => setShown(true)}>
          {words.showBlocked}
        </button>
      </p>
    )
  return (
    <>
      <MessageFiles message={message} />
      <div className="message-text">
        <Markup text={message.content} mentioned={mentioned} ownId={userId} />
      </div>
    </>
  )
})

const NOBODY: readonly number[] = []

function Deleted({ by }: { readonly by: number | undefined }) {
  const words = useWords().messages
  const { userId } = useClient()
  const { name } = useUser(by ?? userId)
  return <p className="soft">{by === undefined ? words.deleted : words.deletedBy(name)}</p>
}
