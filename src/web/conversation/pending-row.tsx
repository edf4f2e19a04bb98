import { useMemo } from 'react'
import { type TimelineItem, useClient, useNames, useSend } from '../../react/react.ts'
import { useFormat } from '../i18n/format.ts'
import { useWords } from '../i18n/words.ts'
import { Icon } from '../parts/icon.tsx'
import { useConversation } from './conversation-context.ts'
import { Markup } from './markup.tsx'
import { MessageFiles } from './message-files.tsx'
import { ReplyQuote } from './reply-quote.tsx'

type PendingItem = Extract<TimelineItem, { type: 'pending' }>

interface PendingRowProps {
  readonly item: PendingItem
  readonly isStop: boolean
  readonly onFocus: (key: string) => void
}

/** An own message on its way, or one that did not arrive. */
export function PendingRow({ item, isStop, onFocus }: PendingRowProps) {
  const { message, isHead, isTail, key } = item
  const words = useWords().messages
  const format = useFormat()
  const { chat } = useConversation()
  const { retry, discard } = useSend(chat)
  const { userId } = useClient()
  const mentions = message.mentions ?? NOBODY
  const names = useNames(mentions)
  const mentioned = useMemo(
    () => new Map(mentions.map((id, i) => [id, names[i] ?? String(id)])),
    [mentions, names],
  )
  const hasFailed = message.state === 'failed'
  return (
    <article
      className="message"
      data-own=""
      data-head={isHead ? '' : undefined}
      data-tail={isTail ? '' : undefined}
      data-pending={message.state}
      data-message={key}
      aria-label={words.of(
        hasFailed ? words.failedToSend : words.sending,
        format.full(message.created_at),
      )}
      tabIndex={isStop ? 0 : -1}
      onFocus={() => onFocus(key)}
    >
      <div className="message-main">
        <div className="bubble">
          {message.reply_to !== undefined && <ReplyQuote id={message.reply_to} />}
          <MessageFiles message={message} />
          <div className="message-text">
            <Markup text={message.content} mentioned={mentioned} ownId={userId} />
          </div>
          <span className="message-meta">
            <time dateTime={message.created_at}>{format.time(message.created_at)}</time>
            <span className="ticks" title={hasFailed ? words.failedToSend : words.sending}>
              <Icon name={hasFailed ? 'warning' : 'clock'} />
            </span>
          </span>
        </div>
        {hasFailed && (
          <div className="notice" role="alert">
            {message.error?.message ?? words.failedToSend}
            <button
              type="button"
              className="button small"
              onClick={() => void retry(message.clientId)}
            >
              {words.resend}
            </button>
            <button
              type="button"
              className="button small"
              onClick={() => discard(message.clientId)}
            >
              {words.discard}
            </button>
          </div>
        )}
      </div>
    </article>
  )
}

const NOBODY: readonly number[] = []
