/** The web address of something of the server's; the app may be served below a path. */
export function serverUrl(path: string): string {
  return new URL(path, document.baseURI).href
}

/** The address of the server's WebSockets; its files are below it. */
export function socketUrl(): string {
  return serverUrl('.').replace(/^http/, 'ws')
}
