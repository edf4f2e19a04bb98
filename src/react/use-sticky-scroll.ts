'use client'

import { type RefCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'

/** Nearer to the end than this is at the end, in CSS pixels. */
const NEAR_PX = 40

/** On a server nothing is laid out, and React warns of the wish to. */
const useLayout = typeof document === 'undefined' ? useEffect : useLayoutEffect

interface StickyScroll {
  readonly ref: RefCallback<HTMLElement>
  readonly onScroll: () => void
  readonly isAtEnd: boolean
  readonly scrollToEnd: () => void
}

/**
 * Keeps an element that scrolls at its end while it is there, and otherwise what is seen of it where it is when
 * something comes before it.
 *
 * @param first names what stands first in it
 * @param last names what stands last in it
 */
export function useStickyScroll(first: string | undefined, last: string | undefined): StickyScroll {
  const element = useRef<HTMLElement | null>(null)
  const [isAtEnd, setAtEnd] = useState(true)
  const before = useRef({ first, height: 0, isAtEnd: true })
  const scrollToEnd = () => {
    const { current } = element
    if (current) current.scrollTop = current.scrollHeight
  }
  useLayout(() => {
    const { current } = element
    if (!current) return
    const { first: firstBefore, height, isAtEnd: wasAtEnd } = before.current
    if (wasAtEnd) scrollToEnd()
    // Browsers keep the place by themselves, but not at the very start.
    else if (first !== firstBefore && current.scrollTop === 0)
      current.scrollTop = current.scrollHeight - height
    before.current = { first, height: current.scrollHeight, isAtEnd: wasAtEnd }
  }, [first, last])
  return {
    ref: (found) => {
      element.current = found
    },
    onScroll: () => {
      const { current } = element
      if (!current) return
      const isNow = current.scrollHeight - current.scrollTop - current.clientHeight < NEAR_PX
      before.current = { ...before.current, height: current.scrollHeight, isAtEnd: isNow }
      setAtEnd(isNow)
    },
    isAtEnd,
    scrollToEnd,
  }
}
