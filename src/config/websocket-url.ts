import { z } from 'zod'

/** The URL of a server, which is kept as it was given: path, query and userinfo are its own. */
export const WebSocketUrl = z
  .string()
  .trim()
  .refine(isWebSocketUrl, 'must be a ws:// or wss:// URL')

/** Whether a WebSocket can be opened at `text`: the standard forbids a fragment. */
function isWebSocketUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol } = new URL(text)
  return (protocol === 'ws:' || protocol === 'wss:') && !text.includes('#')
}
