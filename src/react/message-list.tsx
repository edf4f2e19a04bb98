'use client'

import { memo, type ReactNode, useEffect } from 'react'
import type { ChatRef } from '../protocol/chat.ts'
import type { TimelineItem } from '../view/timeline.ts'
import { Announcer } from './announcer.tsx'
import { Message, type MessageLabels, type MessageProps } from './message.tsx'
import { useReadMarker } from './use-read-marker.ts'
import { useStickyScroll } from './use-sticky-scroll.ts'
import { type UseTimelineOptions, useTimeline } from './use-timeline.ts'

export interface MessageListLabels extends MessageLabels {
  readonly list?: string
  readonly loading?: string
  readonly loadOlder?: string
  readonly unread?: string
  readonly day?: (date: Date) => string
  /** Leads back to the newest message. */
  readonly toEnd?: string
}

export interface MessageListProps extends UseTimelineOptions {
  readonly chat: ChatRef
  /** The element scrolls: give it a height, and `overflow-y: auto`. */
  readonly className?: string | undefined
  readonly components?: {
    /** What stands in place of a message. */
    readonly Message?: (props: MessageProps) => ReactNode
    /** What stands for a chat without messages. */
    readonly Empty?: () => ReactNode
  }
  readonly labels?: MessageListLabels
}

/**
 * The messages of a chat: older ones as they are wanted, days and what is unread between them. It stays at its
 * end while it is there, and what is seen at its end is read.
 */
export function MessageList(props: MessageListProps) {
  const { chat, className, components = {}, labels = NO_LABELS, ...options } = props
  const { items, status, error, hasOlder, isLoadingOlder, loadOlder, retry } = useTimeline(
    chat,
    options,
  )
  const { atEnd } = useReadMarker(chat)
  const { isAtEnd, scrollToEnd, ...scroll } = useStickyScroll(items[0]?.key, items.at(-1)?.key)
  useEffect(() => atEnd(isAtEnd && options.thread === undefined), [atEnd, isAtEnd, options.thread])
  const { Empty } = components
  return (
    <>
      <section
        className={className}
        aria-label={labels.list ?? 'Messages'}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is scrolled by keys, too
        tabIndex={0}
        {...scroll}
      >
        {hasOlder && (
          <button type="button" disabled={isLoadingOlder} onClick={loadOlder}>
            {labels.loadOlder ?? 'Older messages'}
          </button>
        )}
        {(status === 'loading' || isLoadingOlder) && <p>{labels.loading ?? 'Loading …'}</p>}
        {error && (
          <p role="alert">
            {error.message}{' '}
            <button type="button" onClick={retry}>
              {labels.retry ?? 'Try again'}
            </button>
          </p>
        )}
        {Empty && status === 'ready' && items.length === 0 && <Empty />}
        {items.map((item) => (
          <Line
            key={item.key}
            item={item}
            chat={chat}
            labels={labels}
            Message={components.Message}
          />
        ))}
      </section>
      {!isAtEnd && (
        <button type="button" onClick={scrollToEnd}>
          {labels.toEnd ?? 'To the newest message'}
        </button>
      )}
      <Announcer chat={chat} />
    </>
  )
}

const NO_LABELS: MessageListLabels = {}

interface LineProps {
  readonly item: TimelineItem
  readonly chat: ChatRef
  readonly labels: MessageListLabels
  readonly Message: ((props: MessageProps) => ReactNode) | undefined
}

const Line = /* @__PURE__ */ memo(
  function Line({ item, chat, labels, Message: Shown = Message }: LineProps) {
    if (item.type === 'day') {
      const { day = describeDay } = labels
      return (
        <p data-line="day">
          <time dateTime={item.date}>{day(new Date(`${item.date}T00:00`))}</time>
        </p>
      )
    }
    if (item.type === 'unread') return <p data-line="unread">{labels.unread ?? 'New messages'}</p>
    const { message, isHead, isTail } = item
    return <Shown chat={chat} message={message} isHead={isHead} isTail={isTail} labels={labels} />
  },
  // The chat is told by what it is, not by the object.
  (before, after) =>
    before.item === after.item &&
    before.labels === after.labels &&
    before.Message === after.Message &&
    before.chat.chat_id === after.chat.chat_id &&
    before.chat.support_chat_id === after.chat.support_chat_id,
)

function describeDay(date: Date): string {
  return date.toLocaleDateString(undefined, { dateStyle: 'full' })
}
