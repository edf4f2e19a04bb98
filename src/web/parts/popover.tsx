import { type ReactNode, type RefObject, useEffect, useEffectEvent, useRef } from 'react'

interface PopoverProps {
  /** What it belongs to: it stands below or above that, and the focus goes back there. */
  readonly anchor: RefObject<HTMLElement | null>
  readonly onClose: () => void
  readonly label: string
  readonly role?: 'menu' | 'dialog'
  readonly className?: string
  readonly children: ReactNode
}

/** Kept free at the edges of the page, in pixels. */
const EDGE_PX = 8

/** Stands over the page as long as it is rendered; Escape and a press beside it close it. */
export function Popover(props: PopoverProps) {
  const { anchor, label, role = 'menu', className = '', children } = props
  const popover = useRef<HTMLDivElement>(null)
  const close = useEffectEvent(props.onClose)
  useEffect(() => {
    const element = popover.current
    const owner = anchor.current
    if (!element) return undefined
    const place = () => owner && placeBeside(element, owner)
    const onToggle = (event: ToggleEvent) => {
      if (event.newState === 'closed') close()
    }
    // What is in it may want Escape for itself: it closes this all the same.
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return
      event.stopPropagation()
      event.preventDefault()
      close()
    }
    element.addEventListener('keydown', onKeyDown, { capture: true })
    element.showPopover()
    place()
    element.querySelector<HTMLElement>('[data-stop], input, button')?.focus()
    element.addEventListener('toggle', onToggle as EventListener)
    const observer = new ResizeObserver(place)
    observer.observe(element)
    return () => {
      observer.disconnect()
      element.removeEventListener('toggle', onToggle as EventListener)
      element.removeEventListener('keydown', onKeyDown, { capture: true })
      const hadFocus = element.contains(document.activeElement)
      if (element.isConnected && element.matches(':popover-open')) element.hidePopover()
      if (hadFocus) owner?.focus()
    }
  }, [anchor])
  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: both roles that it can have take a name
    <div
      ref={popover}
      popover="auto"
      className={`menu ${className}`}
      role={role}
      aria-label={label}
    >
      {children}
    </div>
  )
}

/** Below what it belongs to, or above where there is more room; never beyond the edges of the page. */
function placeBeside(element: HTMLElement, owner: HTMLElement): void {
  const at = owner.getBoundingClientRect()
  const { width, height } = element.getBoundingClientRect()
  const [pageWidth, pageHeight] = [window.innerWidth, window.innerHeight]
  const isBelow = at.bottom + height + EDGE_PX <= pageHeight || at.top < pageHeight - at.bottom
  const top = isBelow ? at.bottom + 4 : at.top - height - 4
  const isAtEnd = at.left + at.width / 2 > pageWidth / 2
  const left = isAtEnd ? at.right - width : at.left
  const clamp = (value: number, most: number) =>
    Math.max(EDGE_PX, Math.min(value, Math.max(most - EDGE_PX, EDGE_PX)))
  element.style.top = `${clamp(top, pageHeight - height)}px`
  element.style.left = `${clamp(left, pageWidth - width)}px`
}
