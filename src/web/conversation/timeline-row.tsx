import { lazy, memo, Suspense } from 'react'
import type { TimelineItem } from '../../react/react.ts'
import { dayOf, useFormat } from '../i18n/format.ts'
import { useWords } from '../i18n/words.ts'
import { MessageRow } from './message-row.tsx'

/** Nothing is on its way before something was written. */
const PendingRow = lazy(async () => ({ default: (await import('./pending-row.tsx')).PendingRow }))

interface TimelineRowProps {
  readonly item: TimelineItem
  /** Whether it is the one that the Tab key goes to. */
  readonly isStop: boolean
  /** Whether it was just jumped to. */
  readonly isFound: boolean
  readonly onFocus: (key: string) => void
}

/** A line of a conversation. */
export const TimelineRow = memo(function TimelineRow({ item, ...rest }: TimelineRowProps) {
  switch (item.type) {
    case 'day':
      return <DayRow date={item.date} />
    case 'unread':
      return <UnreadRow />
    case 'pending':
      return (
        <Suspense>
          <PendingRow item={item} {...rest} />
        </Suspense>
      )
    case 'message':
      return <MessageRow item={item} {...rest} />
  }
})

const DAY_MS = 24 * 60 * 60 * 1_000

function DayRow({ date }: { readonly date: string }) {
  const words = useWords().messages
  const format = useFormat()
  const now = Date.now()
  const isToday = date === dayOf(new Date(now))
  const isYesterday = date === dayOf(new Date(now - DAY_MS))
  const name = isToday ? words.today : isYesterday ? words.yesterday : format.day(date)
  return (
    <div className="day-row">
      <time dateTime={date} title={format.day(date)}>
        {name}
      </time>
    </div>
  )
}

function UnreadRow() {
  const words = useWords().messages
  return (
    <div className="unread-row">
      <span>{words.unread}</span>
    </div>
  )
}
