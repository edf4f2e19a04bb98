/** What the focus goes to in a pane: what was chosen in it, or its first stop. */
const STOPS = [
  '[data-pane-stop]',
  '[aria-current="page"]',
  'a[href], button:not(:disabled), input, textarea, [tabindex="0"]',
]

/** F6 moves the focus to the next pane, Shift+F6 to the one before, until the function returned is called. */
export function watchPaneKeys(): () => void {
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'F6' || event.ctrlKey || event.altKey || event.metaKey) return
    event.preventDefault()
    focusPane(event.shiftKey ? -1 : 1)
  }
  window.addEventListener('keydown', onKeyDown)
  return () => window.removeEventListener('keydown', onKeyDown)
}

function focusPane(step: number): void {
  const panes = [...document.querySelectorAll<HTMLElement>('[data-pane]')].filter(
    (pane) => pane.offsetParent !== null || pane.getClientRects().length > 0,
  )
  const now = panes.findIndex((pane) => pane.contains(document.activeElement))
  const next = panes.at(now < 0 ? 0 : (now + step) % panes.length)
  for (const selector of STOPS) {
    const stop = [...(next?.querySelectorAll<HTMLElement>(selector) ?? [])].find(
      (element) => element.getClientRects().length > 0,
    )
    if (!stop) continue
    stop.focus()
    return
  }
}
