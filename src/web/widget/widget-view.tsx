import { type KeyboardEvent, useEffect, useSyncExternalStore } from 'react'
import {
  type Chat,
  type ChatRef,
  ChatwsProvider,
  isPending,
  useChatRow,
  useClient,
  useConnection,
  useMessages,
} from '../../react/react.ts'
import type { Words } from '../i18n/en.ts'
import { type Language, useWords, WordsContext } from '../i18n/words.ts'
import { ReplyComposer } from '../panels/reply-composer.tsx'
import { ReplyList } from '../panels/reply-list.tsx'
import { IconButton } from '../parts/icon-button.tsx'
import type { FromFrame } from './widget-messages.ts'

interface WidgetProps {
  readonly chat: Chat
  readonly place: ChatRef
  readonly title: string
  readonly language: Language
  readonly words: Words
  /** Whether the page shows it. */
  readonly shown: { subscribe(listener: () => void): () => void; get(): boolean }
  readonly tell: (message: FromFrame) => void
}

/** The customer's side of a support chat, in a frame of another page. */
export function Widget({ chat, language, words, ...view }: WidgetProps) {
  return (
    <WordsContext value={{ language, words, choose: async () => {} }}>
      <ChatwsProvider chat={chat}>
        <SupportChat {...view} />
      </ChatwsProvider>
    </WordsContext>
  )
}

type SupportChatProps = Pick<WidgetProps, 'place' | 'title' | 'shown' | 'tell'>

function SupportChat({ place, title, shown, tell }: SupportChatProps) {
  const words = useWords()
  const isShown = useSyncExternalStore(shown.subscribe, shown.get)
  const { state, error } = useConnection()
  const { messages, status, error: problem, hasOlder, loadOlder, retry } = useMessages(place)
  const { support } = useChatRow(place)
  useUnread(place, tell)
  useRead(place, isShown, messages)
  const close = () => tell({ chatws: 'close' })
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') close()
  }
  return (
    <main className="pane widget" onKeyDown={onKeyDown}>
      <header className="pane-head">
        <h1 className="grow one-line" dir="auto">
          {title}
        </h1>
        <IconButton icon="close" label={words.app.close} onClick={close} />
      </header>
      <p className={state === 'open' ? 'unseen' : 'banner'} role="status">
        {state === 'closed' && error && words.signIn.refused(error.message)}
        {state !== 'open' && !error && words.connection.connecting}
      </p>
      <ReplyList
        chat={place}
        messages={messages}
        empty={words.panels.widget.empty}
        {...{ status, error: problem, hasOlder, isFocused: isShown }}
        onOlder={() => void loadOlder()}
        onRetry={retry}
      />
      {support?.status === 'closed' && <p className="soft padded">{words.panels.desk.closed}</p>}
      <ReplyComposer chat={place} label={words.panels.widget.write} isFocused={isShown} />
    </main>
  )
}

/** Tells the page how many messages wait. */
function useUnread(place: ChatRef, tell: WidgetProps['tell']): void {
  const words = useWords().chats
  const { unread } = useChatRow(place)
  const label = words.unread(unread)
  useEffect(() => tell({ chatws: 'unread', count: unread, label }), [tell, unread, label])
}

/** What is shown while the page is looked at has been read. */
function useRead(
  place: ChatRef,
  isShown: boolean,
  messages: ReturnType<typeof useMessages>['messages'],
): void {
  const client = useClient()
  const newest = messages.findLast((message) => !isPending(message)) as { id: number } | undefined
  const id = newest?.id
  useEffect(() => {
    if (id === undefined || !isShown) return undefined
    const read = () => {
      if (document.visibilityState === 'visible') client.read(place, id)
    }
    read()
    document.addEventListener('visibilitychange', read)
    return () => document.removeEventListener('visibilitychange', read)
  }, [client, place, isShown, id])
}
