import { createContext, useContext } from 'react'
import type { ServerConfig } from './server-config.ts'
import type { Session } from './session.ts'

/** What the server told of itself. */
export const ConfigContext = createContext<ServerConfig>({
  auth: 'none',
  access: 'open',
  uploads: null,
})

export function useConfig(): ServerConfig {
  return useContext(ConfigContext)
}

/** Who uses the app. */
export const SessionContext = createContext<Session | undefined>(undefined)

export function useSession(): Session {
  const session = useContext(SessionContext)
  if (!session) throw new Error('Nobody has signed in here')
  return session
}
