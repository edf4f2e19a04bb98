import { useSyncExternalStore } from 'react'
import { hrefOf, type Route, useRoute } from '../app/route.ts'

/** What can stand beside the messages: those of the chat that is open, and those of all. */
export const CHAT_PANELS = ['search', 'members', 'pins', 'thread'] as const
export const PANELS = [
  ...CHAT_PANELS,
  ...(['threads', 'public', 'reports', 'blocked', 'desk'] as const),
] as const

export type PanelName = (typeof PANELS)[number]

/** A panel that an address names, and the message that it is about. */
export interface PanelPlace {
  readonly name: PanelName
  readonly id?: number
}

/** The panel of an address; undefined where it names none that there is. */
export function parsePanel(panel: string | undefined): PanelPlace | undefined {
  const [text, id] = (panel ?? '').split('/')
  const name = PANELS.find((one) => one === text)
  if (!name) return undefined
  const number = Number(id)
  return Number.isSafeInteger(number) && number > 0 ? { name, id: number } : { name }
}

/** Opens a panel beside what is shown, or none. */
export function openPanel(route: Route, panel: string | undefined): void {
  const { panel: _, ...rest } = route
  window.location.hash = hrefOf(panel === undefined ? rest : { ...rest, panel })
}

const WIDE = '(min-width: 75rem)'

/** The address of a message, beside which the panel stays where there is room for both. */
export function useMessageHref(): (place: Pick<Route, 'chat' | 'messageId'>) => string {
  const { panel } = useRoute()
  const isWide = useSyncExternalStore(subscribe, isWideNow)
  return (place) => hrefOf(isWide && panel !== undefined ? { ...place, panel } : place)
}

function isWideNow(): boolean {
  return window.matchMedia(WIDE).matches
}

function subscribe(listener: () => void): () => void {
  const query = window.matchMedia(WIDE)
  query.addEventListener('change', listener)
  return () => query.removeEventListener('change', listener)
}
