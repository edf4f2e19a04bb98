import {
  type ReactElement,
  type Ref,
  useCallback,
  useEffectEvent,
  useImperativeHandle,
  useLayoutEffect,
  useReducer,
  useRef,
} from 'react'
import { Virtualizer, type VirtualizerHandle } from 'virtua'
import { nextStep } from './next-step.ts'

/** So near to its end a list counts as being there, in pixels. */
const END_PX = 40

/** So many rows can come at once without the end being anywhere else for a frame. */
const MAX_NEW_ROWS = 24

/** How much is seen of what comes before a row that is brought to the top. */
const ABOVE_PX = -48

/** So near to its start a list asks for more, in heights of what is seen of it. */
const START_SCREENS = 1.5

export interface VirtualListHandle {
  /** Brings a row to where it can be seen; false where there is none with this key. */
  scrollToKey(key: string, align?: 'start' | 'center' | 'nearest'): boolean
  /** Goes to the end, and stays there as rows come. */
  scrollToEnd(): void
  isAtEnd(): boolean
}

interface VirtualListProps<Item> {
  readonly items: readonly Item[]
  readonly keyOf: (item: Item) => string
  readonly children: (item: Item, index: number) => ReactElement
  /** Rows that stay mounted wherever the list is: the one with the focus. */
  readonly keptKeys?: readonly string[] | undefined
  /** The list is near its start: more may be read. Called often. */
  readonly onNearStart: () => void
  /** The list has come to its end, or left it. */
  readonly onAtEnd: (isAtEnd: boolean) => void
  readonly ref?: Ref<VirtualListHandle> | undefined
  readonly className?: string
}

/**
 * A list of any length of which only what can be seen is in the page. What is read keeps its place
 * whatever is added, grows or is loaded around it; at its end the list stays at its end.
 */
export function VirtualList<Item>(props: VirtualListProps<Item>): ReactElement {
  const { items, keyOf, children, keptKeys = [], onNearStart, onAtEnd } = props
  const { rows, isShift } = useSteps(items, keyOf)
  const list = useRef<VirtualizerHandle>(null)
  const scroller = useRef<HTMLDivElement>(null)
  const isPinned = useRef(true)
  const setPinned = useCallback(
    (isAtEnd: boolean) => {
      if (isAtEnd === isPinned.current) return
      isPinned.current = isAtEnd
      onAtEnd(isAtEnd)
    },
    [onAtEnd],
  )
  const toLastRow = () => list.current?.scrollToIndex(rows.length - 1, { align: 'end' })

  const indexOf = (key: string) => rows.findIndex((row) => keyOf(row) === key)

  // What comes at the end is measured in the frame in which it comes, or the end would be guessed.
  const atEnd = isPinned.current ? Math.max(rows.length - MAX_NEW_ROWS, 0) : rows.length
  const kept = [...keptKeys.map(indexOf), ...indexesFrom(atEnd, rows.length)].filter((i) => i >= 0)

  useImperativeHandle(props.ref, () => ({
    scrollToKey(key, align = 'center') {
      const index = indexOf(key)
      if (index < 0) return false
      setPinned(false)
      list.current?.scrollToIndex(index, { align, ...(align === 'start' && { offset: ABOVE_PX }) })
      // Where all can be seen at once nothing scrolls, and this is the end still.
      requestAnimationFrame(look)
      return true
    },
    scrollToEnd() {
      setPinned(true)
      toLastRow()
    },
    isAtEnd: () => isPinned.current,
  }))

  const look = useCallback(() => {
    const handle = list.current
    if (!handle) return
    const { scrollOffset, scrollSize, viewportSize } = handle
    // At its end a list is near its start only where it is short: before it has gone there, it looks so.
    const screens = isPinned.current ? scrollSize / viewportSize - 1 : scrollOffset / viewportSize
    if (screens < START_SCREENS) onNearStart()
    setPinned(scrollSize - scrollOffset - viewportSize < END_PX)
  }, [onNearStart, setPinned])

  const resized = () => {
    if (isPinned.current) toLastRow()
    look()
  }

  const settle = useEffectEvent(() => {
    // virtua has moved, and hears so with the next frame. What it measures before that, at the very top, it
    // would take for a reason to go back there.
    if (isShift) scroller.current?.dispatchEvent(new Event('scroll'))
    if (isPinned.current) toLastRow()
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: it settles anew whenever there are other rows
  useLayoutEffect(() => settle(), [rows])

  return (
    <div ref={scroller} className={`virtual-list ${props.className ?? ''}`}>
      <div className="virtual-list-space" />
      <Virtualizer
        ref={list}
        data={rows}
        shift={isShift}
        keepMounted={kept}
        onScroll={look}
        onResize={resized}
      >
        {(item, index) => (
          <div key={keyOf(item)} className="virtual-row">
            {children(item, index)}
          </div>
        )}
      </Virtualizer>
    </div>
  )
}

/** Takes a list from what it shows to what it is to show, one step a rendering. */
function useSteps<Item>(wanted: readonly Item[], keyOf: (item: Item) => string) {
  const shown = useRef(wanted)
  const [, takeNextStep] = useReducer((count: number) => count + 1, 0)
  const step = nextStep(shown.current, wanted, keyOf)
  useLayoutEffect(() => {
    shown.current = step.rows
    if (step.rows === wanted) return undefined
    // The list moves to its new place with this frame.
    const frame = requestAnimationFrame(takeNextStep)
    return () => cancelAnimationFrame(frame)
  })
  return step
}

function indexesFrom(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, i) => start + i)
}
