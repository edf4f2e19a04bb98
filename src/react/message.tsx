'use client'

import type { ChatRef } from '../protocol/chat.ts'
import { isPending, type PendingMessage, type ShownMessage } from '../view/draft.ts'
import { filesIn } from '../view/files-in.ts'
import { useClient } from './chatws-provider.tsx'
import { Markup } from './markup.tsx'
import { useReactions, useReceipts } from './use-message-actions.ts'
import { useMessage } from './use-messages.ts'
import { useUser } from './use-people.ts'
import { useSend } from './use-send.ts'

export interface MessageLabels {
  readonly time?: (date: Date) => string
  readonly edited?: string
  readonly deleted?: string
  readonly sending?: string
  readonly retry?: string
  readonly discard?: string
  /** Of an own message that others have read. */
  readonly readBy?: (count: number) => string
  readonly reactions?: string
}

export interface MessageProps {
  readonly chat: ChatRef
  readonly message: ShownMessage
  /** Whether it is the first of those that one user has written in a row. */
  readonly isHead?: boolean
  readonly isTail?: boolean
  readonly labels?: MessageLabels
}

/** A message: who has written it and when, what it answers, its content, files and reactions. */
export function Message({
  chat,
  message,
  isHead = true,
  isTail = true,
  labels = {},
}: MessageProps) {
  const { name, isSelf } = useUser(message.sender_id)
  const { time = describeTime } = labels
  const isDeleted = !isPending(message) && message.deleted_at !== undefined
  return (
    <article
      aria-label={name}
      data-own={isSelf || undefined}
      data-head={isHead || undefined}
      data-tail={isTail || undefined}
      data-state={isPending(message) ? message.state : undefined}
    >
      <header>
        <bdi>{name}</bdi>{' '}
        <time dateTime={message.created_at}>{time(new Date(message.created_at))}</time>
      </header>
      {message.reply_to !== undefined && <Answered chat={chat} id={message.reply_to} />}
      {isDeleted ? (
        <p>{labels.deleted ?? 'This message was deleted'}</p>
      ) : (
        <Markup content={message.content} mentions={message.mentions} />
      )}
      <Files message={message} />
      {isPending(message) ? (
        <Pending chat={chat} message={message} labels={labels} />
      ) : (
        <>
          {message.edited_at !== undefined && !isDeleted && (
            <small>{labels.edited ?? 'edited'}</small>
          )}
          {message.reactions.length > 0 && (
            <Reactions chat={chat} id={message.id} label={labels.reactions ?? 'Reactions'} />
          )}
          {isSelf && isTail && <ReadBy chat={chat} id={message.id} labels={labels} />}
        </>
      )}
    </article>
  )
}

function Answered({ chat, id }: { readonly chat: ChatRef; readonly id: number }) {
  const message = useMessage(chat, id)
  return <blockquote dir="auto">{message ? message.content.slice(0, 200) : '…'}</blockquote>
}

function Files({ message }: { readonly message: ShownMessage }) {
  const client = useClient()
  const files = filesIn(message)
  if (files.length === 0) return null
  return (
    <ul>
      {files.map(({ path, type }) => {
        const url = client.fileUrl(path)
        // What is no upload of the server's own may lead anywhere.
        if (url === undefined) return <li key={path}>{path}</li>
        return (
          <li key={path}>
            <a href={url} target="_blank" rel="noopener noreferrer">
              {type.startsWith('image/') ? <img src={url} alt={path} loading="lazy" /> : path}
            </a>
          </li>
        )
      })}
    </ul>
  )
}

function Pending({
  chat,
  message: { clientId, state, error },
  labels,
}: {
  readonly chat: ChatRef
  readonly message: PendingMessage
  readonly labels: MessageLabels
}) {
  const { retry, discard } = useSend(chat)
  if (state !== 'failed') return <small>{labels.sending ?? 'sending …'}</small>
  return (
    <p role="alert">
      {error?.message}{' '}
      <button type="button" onClick={() => void retry(clientId)}>
        {labels.retry ?? 'Try again'}
      </button>{' '}
      <button type="button" onClick={() => discard(clientId)}>
        {labels.discard ?? 'Discard'}
      </button>
    </p>
  )
}

function Reactions({
  chat,
  id,
  label,
}: {
  readonly chat: ChatRef
  readonly id: number
  readonly label: string
}) {
  const { reactions, toggle } = useReactions(chat, id)
  return (
    <ul aria-label={label}>
      {reactions.map(({ emoji, count, isOwn }) => (
        <li key={emoji}>
          <button type="button" aria-pressed={isOwn} onClick={() => toggle(emoji)}>
            {emoji} {count}
          </button>
        </li>
      ))}
    </ul>
  )
}

function ReadBy({
  chat,
  id,
  labels,
}: {
  readonly chat: ChatRef
  readonly id: number
  readonly labels: MessageLabels
}) {
  const { readBy } = useReceipts(chat, id)
  const { readBy: say = (count: number) => `read by ${count}` } = labels
  return readBy.length === 0 ? null : <small>{say(readBy.length)}</small>
}

function describeTime(date: Date): string {
  return date.toLocaleTimeString(undefined, { timeStyle: 'short' })
}
