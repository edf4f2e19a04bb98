/** Who uses the app. */
export interface Session {
  readonly userId: number
  readonly token?: string
}

const KEY = 'chatws.session'

/**
 * The session that the address names (`?userId=7`, `#token=…`), or the one that was kept. What the
 * address says of it is taken out of it, so that no token stays in the history.
 */
export function findSession(): Session | undefined {
  return takeFromAddress() ?? read(sessionStorage) ?? read(localStorage)
}

/** Keeps a session for this tab, or for this device. */
export function keepSession(session: Session, isForDevice: boolean): void {
  forgetSession()
  const storage = isForDevice ? localStorage : sessionStorage
  storage.setItem(KEY, JSON.stringify(session))
}

/** Where the session is kept: for this device, or for this tab. */
export function storageOf(): Storage {
  return sessionStorage.getItem(KEY) === null && localStorage.getItem(KEY) !== null
    ? localStorage
    : sessionStorage
}

export function forgetSession(): void {
  sessionStorage.removeItem(KEY)
  localStorage.removeItem(KEY)
}

/** A whole number from 1, as users type it; undefined for anything else. */
export function parseId(text: string): number | undefined {
  const id = Number(text)
  return /^\d+$/.test(text.trim()) && Number.isSafeInteger(id) && id > 0 ? id : undefined
}

/** The user that a JSON Web Token names; undefined where it names none. The server checks it. */
export function userOfToken(token: string): number | undefined {
  try {
    const [, claims] = token.trim().split('.')
    const bytes = atob(claims!.replaceAll('-', '+').replaceAll('_', '/'))
    const { sub } = JSON.parse(bytes) as { sub?: unknown }
    return parseId(String(sub))
  } catch {
    return undefined
  }
}

function takeFromAddress(): Session | undefined {
  const { search, hash, pathname } = window.location
  const query = new URLSearchParams(search)
  const token = /^#token=(.+)$/.exec(hash)?.[1]
  const userId = parseId(query.get('userId') ?? '') ?? (token && userOfToken(token))
  if (!userId) return undefined
  query.delete('userId')
  const rest = query.size > 0 ? `?${query}` : ''
  window.history.replaceState(null, '', pathname + rest + (token ? '' : hash))
  const session = token ? { userId, token } : { userId }
  keepSession(session, false)
  return session
}

function read(storage: Storage): Session | undefined {
  try {
    const session = JSON.parse(storage.getItem(KEY) ?? 'null') as Session | null
    return session ?? undefined
  } catch {
    return undefined
  }
}
