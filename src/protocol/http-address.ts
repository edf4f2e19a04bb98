/** Where a server answers over HTTP. */
export interface HttpAddress {
  /** Ends with `/`; without userinfo, and with the query that was given. */
  readonly base: URL
  /** What userinfo says as a header, for whoever guards the server; undefined where there is none. */
  readonly authorization: string | undefined
}

/**
 * Where the server of a WebSocket URL answers over HTTP: below that URL's path, for nothing outside of
 * it is known to be that server.
 */
export function httpAddress(url: string): HttpAddress {
  const base = new URL(url.replace(/^ws/i, 'http'))
  const { username, password } = base
  base.username = ''
  base.password = ''
  if (!base.pathname.endsWith('/')) base.pathname += '/'
  const isGuarded = username !== '' || password !== ''
  return {
    base,
    authorization: isGuarded ? basic(`${decode(username)}:${decode(password)}`) : undefined,
  }
}

function basic(credentials: string): string {
  return `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(credentials)))}`
}

/** A part of a URL as it was meant, or as it stands where it is no percent-encoding. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
