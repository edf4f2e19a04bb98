import { createContext } from 'react'
import type { ServerConfig } from './server-config.ts'

/** What the server told of itself. */
export const ConfigContext = createContext<ServerConfig>({
  auth: 'none',
  access: 'open',
  uploads: null,
})
