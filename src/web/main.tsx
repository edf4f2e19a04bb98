import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app/app.tsx'
import { readServerConfig } from './app/server-config.ts'
import { applyTheme } from './app/theme.ts'
import { loadWords, preferredLanguage } from './i18n/words.ts'

// One script for both pages: what they share is one file. It waits for nothing itself, because whatever it
// loads imports that file, which would wait for this.
if (document.body.dataset.page === 'widget')
  void import('./widget/open-widget.tsx').then(({ openWidget }) => openWidget())
else void openApp()

async function openApp(): Promise<void> {
  applyTheme()
  const language = preferredLanguage()
  const [config, words] = await Promise.all([readServerConfig(), loadWords(language)])
  createRoot(document.getElementById('root')!).render(
    <StrictMode>
      <App config={config} initial={{ language, words }} />
    </StrictMode>,
  )
}
