import { serverUrl } from './base-url.ts'

/** What the server tells everyone about itself. */
export interface ServerConfig {
  /** What users show: nothing but their number, or a token. */
  readonly auth: 'none' | 'jwt'
  /** Where users get a token, if the operator has such a page. */
  readonly loginUrl?: string
  /** What files it takes; null where it takes none. */
  readonly uploads: { readonly maxBytes: number; readonly types: readonly string[] } | null
  /** Whether everyone reads every chat, or its members do. */
  readonly access: 'open' | 'members'
  readonly version?: string
}

/** What is assumed of a server that does not tell. */
const UNTOLD: ServerConfig = { auth: 'none', uploads: null, access: 'open' }

/** Asks the server what it is like; one that cannot tell, or not now, is taken for an open one. */
export async function readServerConfig(): Promise<ServerConfig> {
  try {
    const answer = await fetch(serverUrl('api/config'))
    if (!answer.ok) return UNTOLD
    return { ...UNTOLD, ...((await answer.json()) as Partial<ServerConfig>) }
  } catch {
    return UNTOLD
  }
}
