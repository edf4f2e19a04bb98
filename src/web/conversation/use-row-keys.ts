import { type KeyboardEvent, type RefObject, useCallback, useEffect, useRef, useState } from 'react'
import type { TimelineItem } from '../../react/react.ts'
import type { VirtualListHandle } from '../list/virtual-list.tsx'
import { openPanel } from '../panels/panel-route.ts'
import { useConversation } from './conversation-context.ts'

/** How far a key goes, in rows. */
const STEPS: Readonly<Record<string, number>> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: 10,
  PageUp: -10,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
}

interface RowKeys {
  /** The row that the Tab key goes to. */
  readonly stop: string | undefined
  readonly onFocus: (key: string) => void
  readonly onKeyDown: (event: KeyboardEvent<HTMLElement>) => void
}

/**
 * The arrow keys go from message to message, Enter into one, Escape out of it and to the field below. Ctrl+F
 * opens the app's search: the browser's finds only what is in the page.
 */
export function useRowKeys(
  items: readonly TimelineItem[],
  list: RefObject<VirtualListHandle | null>,
): RowKeys {
  const { chat, focusComposer } = useConversation()
  const [chosen, setChosen] = useState<string>()
  const wanted = useRef<string>(undefined)
  const keys = items.filter(isMessage).map(({ key }) => key)
  const stop = chosen !== undefined && keys.includes(chosen) ? chosen : keys.at(-1)

  // A row that was not in the page is, once it is the one to stay mounted.
  useEffect(() => {
    if (wanted.current === undefined || wanted.current !== stop) return
    const row = rowOf(wanted.current)
    wanted.current = undefined
    row?.focus({ preventScroll: true })
  })
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const target = event.target as HTMLElement
    const row = target.closest<HTMLElement>('[data-message]')
    // What stands over the page has keys of its own.
    if (!row || target.closest('dialog, [popover]')) return
    if (isFind(event)) {
      event.preventDefault()
      openPanel({ chat }, 'search')
      return
    }
    if (event.altKey || event.ctrlKey || event.metaKey) return
    if (event.key === 'Escape') {
      event.preventDefault()
      if (target === row) focusComposer()
      else row.focus()
      return
    }
    if (target !== row) return
    if (event.key === 'Enter') {
      event.preventDefault()
      row.querySelector<HTMLElement>('.message-tools button')?.focus()
      return
    }
    const step = STEPS[event.key]
    if (step === undefined) return
    event.preventDefault()
    const now = keys.indexOf(row.dataset.message!)
    const next = keys[Math.max(0, Math.min(now + step, keys.length - 1))]!
    wanted.current = next
    list.current?.scrollToKey(next, 'nearest')
    setChosen(next)
  }
  const onFocus = useCallback((key: string) => setChosen(key), [])
  return { stop, onFocus, onKeyDown }
}

function isMessage({ type }: TimelineItem): boolean {
  return type === 'message' || type === 'pending'
}

function rowOf(key: string): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[data-message="${CSS.escape(key)}"]`)
}

function isFind({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): boolean {
  return key.toLowerCase() === 'f' && (ctrlKey || metaKey) && !altKey && !shiftKey
}
