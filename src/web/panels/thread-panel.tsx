import { type FormEvent, type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import { chatOf, messageRef } from '../../protocol/chat.ts'
import {
  type ChatRef,
  isPending,
  messageKey,
  type ShownMessage,
  useChat,
  useClient,
  useDisplayName,
  useSend,
  useThread,
  useThreads,
} from '../../react/react.ts'
import { previewOf } from '../chats/preview.ts'
import { useFormat } from '../i18n/format.ts'
import { useWords } from '../i18n/words.ts'
import { IconButton } from '../parts/icon-button.tsx'
import { UserAvatar } from '../parts/user-avatar.tsx'
import { withoutBidi } from '../text/bidi.ts'
import { MessageLine } from './message-line.tsx'
import { Panel } from './panel.tsx'
import { useMessageHref } from './panel-route.ts'
import { PanelState } from './panel-state.tsx'
import { Problem } from './problem.tsx'
import { useAct } from './use-act.ts'

interface ThreadPanelProps {
  readonly chat: ChatRef
  /** The message that the thread begins with. */
  readonly rootId: number
}

/** A thread: the message it begins with, its replies, and a field to write one. */
export function ThreadPanel({ chat, rootId }: ThreadPanelProps) {
  const words = useWords().panels
  const { messages, status, error, hasOlder, loadOlder, retry } = useThread(chat, rootId)
  const end = useRef<HTMLDivElement>(null)
  useReadThread(chat, rootId, messages)
  const newest = messages.at(-1)
  const newestKey = newest && messageKey(newest)
  // biome-ignore lint/correctness/useExhaustiveDependencies: it goes to the end whenever another is the newest
  useEffect(() => {
    // What it returns is a promise in newer browsers.
    void end.current?.scrollIntoView({ block: 'end' })
  }, [newestKey])
  return (
    <Panel title={words.thread.title} tools={<Follow chat={chat} rootId={rootId} />}>
      <div className="pane-body">
        <Root chat={chat} rootId={rootId} />
        {hasOlder && (
          <button type="button" className="button small" onClick={() => void loadOlder()}>
            {words.thread.older}
          </button>
        )}
        {messages.length === 0 && (
          <PanelState {...{ status, error }} empty={words.thread.empty} onRetry={retry} />
        )}
        <ol aria-label={words.thread.replies} className="replies">
          {messages.map((message) => (
            <li key={messageKey(message)}>
              <Reply message={message} chat={chat} rootId={rootId} />
            </li>
          ))}
        </ol>
        <div ref={end} />
      </div>
      <ThreadComposer chat={chat} rootId={rootId} />
    </Panel>
  )
}

/** What is on screen of a thread while the page is looked at has been read. */
function useReadThread(chat: ChatRef, rootId: number, messages: readonly ShownMessage[]): void {
  const client = useClient()
  const lastId = messages.findLast((message) => !isPending(message)) as { id: number } | undefined
  const id = lastId?.id
  useEffect(() => {
    if (id === undefined) return undefined
    const read = () => {
      if (document.visibilityState === 'visible') client.read(chat, id, { thread: rootId })
    }
    read()
    document.addEventListener('visibilitychange', read)
    return () => document.removeEventListener('visibilitychange', read)
  }, [client, chat, rootId, id])
}

function Root({ chat, rootId }: ThreadPanelProps) {
  const words = useWords()
  const { conversation } = useChat()
  const hrefTo = useMessageHref()
  const { threads } = useThreads()
  const root =
    conversation.message(chat, rootId) ?? threads.find((thread) => thread.rootId === rootId)?.root
  const href = hrefTo({ chat, messageId: rootId })
  if (!root)
    return (
      <a className="button small" href={href}>
        {words.panels.thread.jump}
      </a>
    )
  return (
    <MessageLine
      href={href}
      senderId={root.sender_id}
      createdAt={root.created_at}
      text={previewOf(root, words)}
    />
  )
}

function Follow({ chat, rootId }: ThreadPanelProps) {
  const words = useWords().panels.thread
  const client = useClient()
  const { threads } = useThreads()
  const { act } = useAct()
  const { kind, id } = chatOf(chat)
  const isFollowed = threads.some(
    (thread) => thread.rootId === rootId && thread.chat.kind === kind && thread.chat.id === id,
  )
  return (
    <button
      type="button"
      className="button small"
      aria-pressed={isFollowed}
      onClick={() =>
        void act(() => client.follow(messageRef(kind, rootId), { followed: !isFollowed }))
      }
    >
      {isFollowed ? words.unfollow : words.follow}
    </button>
  )
}

interface ReplyProps extends ThreadPanelProps {
  readonly message: ShownMessage
}

function Reply({ message, chat, rootId }: ReplyProps) {
  const all = useWords()
  const words = all.panels.thread
  const format = useFormat()
  const name = useDisplayName(message.sender_id)
  const { retry } = useSend(chat, { thread: rootId })
  const isFailed = isPending(message) && message.state === 'failed'
  const isGone = !isPending(message) && (message.deleted_at !== undefined || message.isBlocked)
  return (
    <article className="reply" aria-label={all.messages.of(name, format.when(message.created_at))}>
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
        {isGone || message.content === '' ? previewOf(message, all) : withoutBidi(message.content)}
      </p>
      {isPending(message) && message.state === 'sending' && <p className="soft">{words.sending}</p>}
      {isFailed && (
        <p className="notice" role="alert">
          {words.failed}
          <button
            type="button"
            className="button small"
            onClick={() => void retry(message.clientId)}
          >
            {words.resend}
          </button>
        </p>
      )}
    </article>
  )
}

function ThreadComposer({ chat, rootId }: ThreadPanelProps) {
  const words = useWords().panels.thread
  const [text, setText] = useState('')
  const { send } = useSend(chat, { thread: rootId })
  const { problem, act } = useAct()
  const fieldId = useId()
  const submit = (event?: FormEvent) => {
    event?.preventDefault()
    if (text.trim() === '') return
    setText('')
    void act(() => send(text.trim()))
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    submit()
  }
  return (
    <form className="thread-composer" onSubmit={submit}>
      <Problem text={problem} />
      <div className="beside">
        <label className="unseen" htmlFor={fieldId}>
          {words.reply}
        </label>
        <textarea
          id={fieldId}
          className="input"
          rows={1}
          dir="auto"
          data-pane-stop=""
          placeholder={words.reply}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
        />
        <IconButton
          type="submit"
          icon="send"
          className="primary"
          label={words.send}
          disabled={text.trim() === ''}
        />
      </div>
    </form>
  )
}
