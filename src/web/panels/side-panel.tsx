import { lazy, Suspense } from 'react'
import { useRoute } from '../app/route.ts'
import { parsePanel } from './panel-route.ts'

const PanelContent = lazy(async () => ({
  default: (await import('./panel-content.tsx')).PanelContent,
}))

/** What stands beside the messages, where the address names it; it is loaded when it is first opened. */
export function SidePanel() {
  const { chat, panel } = useRoute()
  const place = parsePanel(panel)
  if (!place) return null
  return (
    <Suspense fallback={<aside className="pane side" />}>
      <PanelContent place={place} chat={chat} />
    </Suspense>
  )
}
