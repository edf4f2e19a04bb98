import {
  lazy,
  type Ref,
  Suspense,
  useCallback,
  useEffect,
  useImperativeHandle,
  useRef,
  useState,
} from 'react'
import {
  type ChatRef,
  type TimelineItem,
  useChats,
  useReadMarker,
  useTimeline,
} from '../../react/react.ts'
import { useWords } from '../i18n/words.ts'
import { VirtualList, type VirtualListHandle } from '../list/virtual-list.tsx'
import { Icon } from '../parts/icon.tsx'
import { TimelineRow } from './timeline-row.tsx'
import { useRowKeys } from './use-row-keys.ts'

const JumpTo = lazy(async () => ({ default: (await import('./jump-to.tsx')).JumpTo }))

interface MessageListProps {
  readonly chat: ChatRef
  /** The message to show; the newest ones unless given. */
  readonly messageId?: number | undefined
  readonly ref?: Ref<VirtualListHandle> | undefined
}

/** The messages of a chat. What is read stays in place; at its end the list follows what comes. */
export function MessageList({ chat, messageId, ref }: MessageListProps) {
  const words = useWords().messages
  const { items, status, hasOlder, isLoadingOlder, loadOlder, retry } = useTimeline(chat)
  const { status: chatsStatus } = useChats()
  // How far the user has read decides where the list begins.
  const isReady = status === 'ready' && chatsStatus !== 'loading'
  if (status === 'error' && items.length === 0)
    return (
      <div className="empty">
        <p className="notice" role="alert">
          {words.failed}
          <button type="button" className="button small" onClick={retry}>
            {words.retry}
          </button>
        </p>
      </div>
    )
  if (!isReady)
    return (
      <div className="empty" aria-busy="true">
        <span className="spinner" />
      </div>
    )
  return (
    <>
      {isLoadingOlder && (
        <div className="loading-older" role="status">
          <span className="spinner" />
          <span className="unseen">{words.loadingOlder}</span>
        </div>
      )}
      <Rows
        chat={chat}
        items={items}
        messageId={messageId}
        ref={ref}
        onNearStart={hasOlder && !isLoadingOlder ? loadOlder : doNothing}
      />
    </>
  )
}

interface RowsProps extends MessageListProps {
  readonly items: readonly TimelineItem[]
  readonly onNearStart: () => void
}

function Rows({ chat, items, messageId, ref, onNearStart }: RowsProps) {
  const words = useWords().messages
  const { atEnd, unread, firstUnreadId } = useReadMarker(chat)
  const list = useRef<VirtualListHandle>(null)
  const [isAtEnd, setAtEnd] = useState(true)
  const { stop, onFocus, onKeyDown } = useRowKeys(items, list)
  const [foundKey, setFoundKey] = useState<string>()
  useImperativeHandle(ref, () => list.current!)

  const tellEnd = useCallback(
    (isEnd: boolean) => {
      setAtEnd(isEnd)
      atEnd(isEnd)
    },
    [atEnd],
  )
  useBeginning({ list, firstUnreadId, isElsewhere: messageId !== undefined, tellEnd })
  const toEnd = (event: { currentTarget: HTMLElement }) => {
    event.currentTarget.blur()
    list.current?.scrollToEnd()
  }
  if (items.length === 0)
    return (
      <div className="empty">
        <Icon name="chat" />
        <p>{words.empty}</p>
      </div>
    )
  return (
    <section className="messages" aria-label={words.title} onKeyDown={onKeyDown}>
      <VirtualList
        items={items}
        keyOf={keyOf}
        keptKeys={stop === undefined ? undefined : [stop]}
        ref={list}
        onNearStart={onNearStart}
        onAtEnd={tellEnd}
      >
        {(item) => (
          <TimelineRow
            item={item}
            isStop={item.key === stop}
            isFound={item.key === foundKey}
            onFocus={onFocus}
          />
        )}
      </VirtualList>
      {messageId !== undefined && (
        <Suspense>
          <JumpTo {...{ chat, messageId, items, list }} onFound={setFoundKey} />
        </Suspense>
      )}
      {!isAtEnd && (
        <button type="button" className="to-end card" onClick={toEnd} aria-label={words.toEnd}>
          {unread > 0 && <span>{words.newBelow(unread)}</span>}
          <Icon name="down" />
        </button>
      )}
    </section>
  )
}

interface Beginning {
  readonly list: { readonly current: VirtualListHandle | null }
  readonly firstUnreadId: number | undefined
  readonly isElsewhere: boolean
  readonly tellEnd: (isEnd: boolean) => void
}

/** Begins at what is unread, if there is any; what can be seen at the end counts as read from then on. */
function useBeginning({ list, firstUnreadId, isElsewhere, tellEnd }: Beginning): void {
  const hasBegun = useRef(false)
  useEffect(() => {
    if (hasBegun.current || isElsewhere || firstUnreadId === undefined) return
    hasBegun.current = true
    list.current?.scrollToKey(UNREAD_KEY, 'start')
  }, [firstUnreadId, isElsewhere, list])
  useEffect(() => {
    // Two frames: in the first the line above what is unread comes, in the next the list is there.
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => {
        hasBegun.current = true
        tellEnd(list.current?.isAtEnd() ?? true)
      })
    })
    return () => cancelAnimationFrame(frame)
  }, [list, tellEnd])
}

/** The key of the line above what is unread. */
const UNREAD_KEY = 'unread'

function keyOf({ key }: TimelineItem): string {
  return key
}

function doNothing(): void {}
