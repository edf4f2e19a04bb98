import { useEffect } from 'react'
import { chatOf, messageRef } from '../../protocol/chat.ts'
import {
  type ChatRef,
  isPending,
  type ShownMessage,
  useChat,
  useClient,
  useThread,
  useThreads,
} from '../../react/react.ts'
import { previewOf } from '../chats/preview.ts'
import { useWords } from '../i18n/words.ts'
import { MessageLine } from './message-line.tsx'
import { Panel } from './panel.tsx'
import { useMessageHref } from './panel-route.ts'
import { ReplyComposer } from './reply-composer.tsx'
import { ReplyList } from './reply-list.tsx'
import { useAct } from './use-act.ts'

interface ThreadPanelProps {
  readonly chat: ChatRef
  /** The message that the thread begins with. */
  readonly rootId: number
}

/** A thread: the message it begins with, its replies, and a field to write one. */
export function ThreadPanel({ chat, rootId }: ThreadPanelProps) {
  const words = useWords().panels.thread
  const { messages, status, error, hasOlder, loadOlder, retry } = useThread(chat, rootId)
  useReadThread(chat, rootId, messages)
  return (
    <Panel title={words.title} tools={<Follow chat={chat} rootId={rootId} />}>
      <ReplyList
        {...{ chat, messages, status, error, hasOlder, empty: words.empty }}
        onOlder={() => void loadOlder()}
        onRetry={retry}
      >
        <Root chat={chat} rootId={rootId} />
      </ReplyList>
      <ReplyComposer chat={chat} thread={rootId} label={words.reply} />
    </Panel>
  )
}

/** What is on screen of a thread while the page is looked at has been read. */
function useReadThread(chat: ChatRef, rootId: number, messages: readonly ShownMessage[]): void {
  const client = useClient()
  const newest = messages.findLast((message) => !isPending(message)) as { id: number } | undefined
  const id = newest?.id
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
  const followed = threads.find((thread) => thread.rootId === rootId)
  const root = conversation.message(chat, rootId) ?? followed?.root
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
  const follow = () => client.follow(messageRef(kind, rootId), { followed: !isFollowed })
  return (
    <button
      type="button"
      className="button small"
      aria-pressed={isFollowed}
      onClick={() => void act(follow)}
    >
      {isFollowed ? words.unfollow : words.follow}
    </button>
  )
}
