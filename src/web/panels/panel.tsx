import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef } from 'react'
import { useRoute } from '../app/route.ts'
import { useWords } from '../i18n/words.ts'
import { IconButton } from '../parts/icon-button.tsx'
import { openPanel } from './panel-route.ts'

interface PanelProps {
  readonly title: string
  /** Beside the title. */
  readonly tools?: ReactNode
  readonly children: ReactNode
}

/** A pane beside the messages. It takes the focus when it opens, and gives it back; Escape closes it. */
export function Panel({ title, tools, children }: PanelProps) {
  const words = useWords().panels
  const route = useRoute()
  const pane = useRef<HTMLElement>(null)
  const titleId = useId()
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null
    const element = pane.current
    const stop = element?.querySelector<HTMLElement>('[data-pane-stop]') ?? element
    stop?.focus()
    return () => {
      const isGone = element?.contains(document.activeElement) ?? true
      if ((isGone || document.activeElement === document.body) && before?.isConnected)
        before.focus()
    }
  }, [])
  const close = () => openPanel(route, undefined)
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return
    // Menus and dialogs in it are closed by the browser.
    if ((event.target as Element).closest('[popover], dialog')) return
    event.preventDefault()
    close()
  }
  return (
    <aside
      ref={pane}
      className="pane side"
      data-pane="panel"
      aria-labelledby={titleId}
      tabIndex={-1}
      onKeyDown={onKeyDown}
    >
      <header className="pane-head">
        <h2 id={titleId} className="grow one-line">
          {title}
        </h2>
        {tools}
        <IconButton icon="close" label={words.close} onClick={close} />
      </header>
      {children}
    </aside>
  )
}
