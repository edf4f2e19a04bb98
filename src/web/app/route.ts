import { useSyncExternalStore } from 'react'
import type { ChatRef } from '../../protocol/chat.ts'
import { parseId } from './session.ts'

/** What of the app is shown, as the address says behind its `#`. */
export interface Route {
  readonly chat?: ChatRef
  /** The message to go to. */
  readonly messageId?: number
  /** What else is open: `thread/12`, `members`, … */
  readonly panel?: string
}

/** The route that an address names; all that it does not know is left out. */
export function parseRoute(hash: string): Route {
  const [kind, chatText = '', ...rest] = hash.replace(/^#\/?/, '').split('/')
  const id = parseId(chatText)
  if (id === undefined) return kind === undefined || kind === '' ? {} : { panel: kind }
  const chat = chatOf(kind, id)
  if (!chat) return {}
  const messageId = rest[0] === 'message' ? parseId(rest[1] ?? '') : undefined
  const panel = (rest[0] === 'message' ? rest.slice(2) : rest).join('/')
  return {
    chat,
    ...(messageId !== undefined && { messageId }),
    ...(panel !== '' && { panel }),
  }
}

/** The address of a route. */
export function hrefOf({ chat, messageId, panel }: Route): string {
  if (!chat) return panel === undefined ? '#/' : `#/${panel}`
  const base = 'chat_id' in chat ? `#/chat/${chat.chat_id}` : `#/support/${chat.support_chat_id}`
  const message = messageId === undefined ? '' : `/message/${messageId}`
  return base + message + (panel === undefined ? '' : `/${panel}`)
}

/** What the address says now. */
export function useRoute(): Route {
  return useSyncExternalStore(subscribe, currentRoute)
}

let known: { hash: string; route: Route } | undefined

function currentRoute(): Route {
  const { hash } = window.location
  if (known?.hash !== hash) known = { hash, route: parseRoute(hash) }
  return known.route
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener)
  return () => window.removeEventListener('hashchange', listener)
}

function chatOf(kind: string | undefined, id: number): ChatRef | undefined {
  if (kind === 'chat') return { chat_id: id }
  return kind === 'support' ? { support_chat_id: id } : undefined
}
