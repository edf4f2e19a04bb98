import { type ReactNode, useEffect, useRef } from 'react'
import {
  type ChatRef,
  isPending,
  messageKey,
  type ShownMessage,
  useClient,
  useDisplayName,
  useSend,
} from '../../react/react.ts'
import { previewOf } from '../chats/preview.ts'
import { useFormat } from '../i18n/format.ts'
import { useWords } from '../i18n/words.ts'
import { UserAvatar } from '../parts/user-avatar.tsx'
import { withoutBidi } from '../text/bidi.ts'
import { PanelState } from './panel-state.tsx'

interface ReplyListProps {
  readonly chat: ChatRef
  readonly messages: readonly ShownMessage[]
  readonly status: 'loading' | 'ready' | 'error'
  readonly error?: Error | undefined
  /** What is said where there are none. */
  readonly empty: string
  readonly hasOlder: boolean
  readonly onOlder: () => void
  readonly onRetry: () => void
  /** Goes to the newest one again when this changes. */
  readonly isFocused?: boolean
  readonly children?: ReactNode
}

/** The messages of a thread or a support chat, which are few: the newest is kept in sight. */
export function ReplyList(props: ReplyListProps) {
  const { chat, messages, status, error, empty, hasOlder, isFocused = true } = props
  const words = useWords().panels.thread
  const body = useRef<HTMLDivElement>(null)
  const newest = messages.at(-1)
  const newestKey = newest && messageKey(newest)
  // biome-ignore lint/correctness/useExhaustiveDependencies: it goes to the end whenever another is the newest
  useEffect(() => {
    const element = body.current
    if (element) element.scrollTop = element.scrollHeight
  }, [newestKey, isFocused])
  return (
    <div ref={body} className="pane-body">
      {props.children}
      {hasOlder && (
        <button type="button" className="button small" onClick={props.onOlder}>
          {words.older}
        </button>
      )}
      {messages.length === 0 && (
        <PanelState {...{ status, error, empty }} onRetry={props.onRetry} />
      )}
      <div role="log" aria-label={words.replies} className="replies">
        {messages.map((message) => (
          <Reply key={messageKey(message)} message={message} chat={chat} />
        ))}
      </div>
    </div>
  )
}

interface ReplyProps {
  readonly message: ShownMessage
  readonly chat: ChatRef
}

function Reply({ message, chat }: ReplyProps) {
  const words = useWords()
  const { userId } = useClient()
  const format = useFormat()
  const name = useDisplayName(message.sender_id)
  const isGone = !isPending(message) && (message.deleted_at !== undefined || message.isBlocked)
  return (
    <article
      className="reply"
      data-own={message.sender_id === userId ? '' : undefined}
      aria-label={words.messages.of(name, format.when(message.created_at))}
    >
      <UserAvatar id={message.sender_id} isSmall />
      <header>
        <strong className="one-line" dir="auto">
          {name}
        </strong>
        <time
          className="soft"
          dateTime={message.created_at}
          title={format.full(message.created_at)}
        >
          {format.when(message.created_at)}
        </time>
      </header>
      <p className={isGone ? 'soft' : undefined} dir="auto">
        {isGone || message.content === ''
          ? previewOf(message, words)
          : withoutBidi(message.content)}
      </p>
      {isPending(message) && <Sending message={message} chat={chat} />}
    </article>
  )
}

interface SendingProps {
  readonly message: Extract<ShownMessage, { type: 'pending' }>
  readonly chat: ChatRef
}

/** How far an own message has come, and what can be done where it was refused. */
function Sending({ message, chat }: SendingProps) {
  const words = useWords().panels.thread
  const { retry } = useSend(chat)
  if (message.state === 'sending') return <p className="soft">{words.sending}</p>
  if (message.state === 'sent') return null
  return (
    <p className="notice" role="alert">
      {words.failed}
      <button type="button" className="button small" onClick={() => void retry(message.clientId)}>
        {words.resend}
      </button>
    </p>
  )
}
