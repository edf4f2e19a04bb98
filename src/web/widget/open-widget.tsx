import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createChat } from '../../react/react.ts'
import { socketUrl } from '../app/base-url.ts'
import { LANGUAGES, type Language, loadPanelWords, loadWords } from '../i18n/words.ts'
import type { FromFrame, ToFrame, WidgetUser } from './widget-messages.ts'
import { Widget } from './widget-view.tsx'

/** Shows the chat of the user whom the page around this one names, once it does. */
export function openWidget(): void {
  const page = window.parent
  // Nothing secret: what may frame this page is the server's to say.
  const tell = (message: FromFrame) => page.postMessage(message, '*')
  const shown = createShown()
  let isBegun = false
  window.addEventListener('message', (event: MessageEvent<ToFrame>) => {
    if (event.source !== page || page === window) return
    const said = event.data
    if (said.chatws === 'shown') shown.set(said.isShown)
    else if (said.chatws === 'user' && !isBegun) {
      isBegun = true
      void render(said, { shown, tell })
    }
  })
  tell({ chatws: 'ready' })
}

/** Whether the page around this one shows it. */
function createShown() {
  let isShown = false
  const listeners = new Set<() => void>()
  return {
    get: () => isShown,
    subscribe(listener: () => void) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    set(now: boolean) {
      isShown = now
      for (const listener of listeners) listener()
    },
  }
}

interface Page {
  readonly shown: ReturnType<typeof createShown>
  readonly tell: (message: FromFrame) => void
}

async function render(user: WidgetUser, page: Page): Promise<void> {
  const { userId, token, chatId, title } = user
  const language = languageOf(user)
  const [words] = await Promise.all([loadWords(language), loadPanelWords(language)])
  document.documentElement.lang = language
  document.title = title ?? ''
  const chat = createChat({ url: socketUrl(), userId, ...(token !== undefined && { token }) })
  createRoot(document.getElementById('root')!).render(
    <StrictMode>
      <Widget
        {...{ chat, language, words, ...page }}
        place={{ support_chat_id: chatId }}
        title={title ?? ''}
      />
    </StrictMode>,
  )
}

/** What is kept of a choice may not be readable in a frame: the page says it, or the browser. */
function languageOf({ language = '' }: WidgetUser): Language {
  const wanted = [language, ...navigator.languages].map((tag) => tag.split('-')[0]!)
  return (wanted.find((tag) => Object.hasOwn(LANGUAGES, tag)) ?? 'en') as Language
}
