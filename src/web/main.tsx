import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app/app.tsx'
import { readServerConfig } from './app/server-config.ts'
import { applyTheme } from './app/theme.ts'
import { loadWords, preferredLanguage } from './i18n/words.ts'

applyTheme()
const language = preferredLanguage()
const [config, words] = await Promise.all([readServerConfig(), loadWords(language)])
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App config={config} initial={{ language, words }} />
  </StrictMode>,
)
