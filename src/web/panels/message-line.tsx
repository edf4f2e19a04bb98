import type { ReactNode } from 'react'
import { useDisplayName } from '../../react/react.ts'
import { useFormat } from '../i18n/format.ts'
import { UserAvatar } from '../parts/user-avatar.tsx'
import { withoutBidi } from '../text/bidi.ts'

interface MessageLineProps {
  readonly href: string
  readonly senderId: number
  readonly createdAt: string
  readonly text: string
  /** Which chat it is of, where that is not plain. */
  readonly chatTitle?: string | undefined
  readonly badges?: ReactNode
}

/** A message in a list: whose, when, what, and the way to it. */
export function MessageLine(props: MessageLineProps) {
  const { href, senderId, createdAt, text, chatTitle, badges } = props
  const format = useFormat()
  const name = useDisplayName(senderId)
  return (
    <a className="list-row tall" href={href}>
      <UserAvatar id={senderId} isSmall />
      <span className="title one-line" dir="auto">
        {name}
        {chatTitle !== undefined && <span className="soft"> · {chatTitle}</span>}
      </span>
      <time className="meta" dateTime={createdAt} title={format.full(createdAt)}>
        {format.when(createdAt)}
      </time>
      <span className="text" dir="auto">
        {withoutBidi(text)}
      </span>
      {badges !== undefined && <span className="badges">{badges}</span>}
    </a>
  )
}
