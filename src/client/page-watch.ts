import type { ChatClient } from './chat-client.ts'

/** What a page tells of its life; a worker, or React Native, has some of it or nothing. */
interface Page {
  addEventListener?(type: string, listener: (event: { persisted?: boolean }) => void): void
  readonly document?: {
    readonly visibilityState: string
    addEventListener(type: string, listener: () => void): void
  }
}

/**
 * Wakes a client when its page is looked at again or has another network, and lets go of its socket
 * while the page is kept for going back: an open one would keep the page from being kept.
 */
export function watchPage(client: ChatClient, page: Page = globalThis as Page): void {
  // Held weakly: a page outlives its clients.
  const held = new WeakRef(client)
  const wake = () => held.deref()?.wake()
  page.addEventListener?.('online', wake)
  page.addEventListener?.('pageshow', wake)
  page.addEventListener?.('pagehide', ({ persisted }) => {
    if (persisted) held.deref()?.suspend()
  })
  page.document?.addEventListener('resume', wake)
  page.document?.addEventListener('visibilitychange', () => {
    if (page.document?.visibilityState === 'visible') wake()
  })
}
