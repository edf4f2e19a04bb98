import { chatRef } from '../../protocol/chat.ts'
import { type ShownThreads, useChatRow, useThreads } from '../../react/react.ts'
import { hrefOf } from '../app/route.ts'
import { previewOf } from '../chats/preview.ts'
import { useWords } from '../i18n/words.ts'
import { MessageLine } from './message-line.tsx'
import { Panel } from './panel.tsx'
import { PanelState } from './panel-state.tsx'

/** The threads that the user follows, with what is unread in each. */
export function ThreadsPanel() {
  const words = useWords().panels.threads
  const { threads, status, error, reload } = useThreads()
  return (
    <Panel title={words.title}>
      <div className="pane-body">
        {threads.length === 0 && (
          <PanelState {...{ status, error }} empty={words.empty} onRetry={reload} />
        )}
        <ul>
          {threads.map((thread) => (
            <li key={`${thread.chat.kind} ${thread.chat.id} ${thread.rootId}`}>
              <ThreadLine thread={thread} />
            </li>
          ))}
        </ul>
      </div>
    </Panel>
  )
}

function ThreadLine({ thread }: { readonly thread: ShownThreads['threads'][number] }) {
  const words = useWords()
  const { chat, root, rootId, replies, lastReply, unread } = thread
  const ref = chatRef(chat.kind, chat.id)
  const { title } = useChatRow(ref)
  const newest = lastReply ?? root
  return (
    <MessageLine
      href={hrefOf({ chat: ref, panel: `thread/${rootId}` })}
      senderId={root?.sender_id ?? newest?.sender_id ?? 1}
      createdAt={newest?.created_at ?? new Date().toISOString()}
      text={root ? previewOf(root, words) : words.panels.threads.unknownRoot(rootId)}
      chatTitle={title}
      badges={
        <>
          {unread > 0 && (
            <span className="badge mention">
              <span aria-hidden="true">{unread}</span>
              <span className="unseen">{words.panels.threads.unread(unread)}</span>
            </span>
          )}
          <span className="soft">{words.panels.threads.replies(replies)}</span>
        </>
      }
    />
  )
}
