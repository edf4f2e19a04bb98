import { z } from 'zod'
import { DEFAULT_PORT } from '../protocol/limits.ts'
import { id } from './id-option.ts'
import { option, yesOrNo } from './option.ts'

/** Whether a WebSocket can be opened at `text`: the standard forbids a fragment. */
function isWebSocketUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol } = new URL(text)
  return (protocol === 'ws:' || protocol === 'wss:') && !text.includes('#')
}

/** What `chatws connect` can be told. */
export const ConnectConfig = z.object({
  user: option(id(), {
    flag: '--user <id>',
    env: 'CHATWS_USER',
    description: 'user to chat as (required)',
  }),
  url: option(
    z
      .string()
      .trim()
      .refine(isWebSocketUrl, 'must be a ws:// or wss:// URL')
      .default(`ws://127.0.0.1:${DEFAULT_PORT}`),
    { flag: '--url <url>', env: 'CHATWS_URL', description: 'server to connect to' },
  ),
  token: option(z.string().trim().optional(), {
    flag: '--token <token>',
    env: 'CHATWS_TOKEN',
    description: 'says who you are, where the server asks (chatws token makes one)',
    isSecret: true,
  }),
  chat: option(id().default(1), {
    flag: '--chat <id>',
    env: 'CHATWS_CHAT',
    description: 'chat to begin in',
  }),
  json: option(yesOrNo().default(false), {
    flag: '--json',
    env: 'CHATWS_CONNECT_JSON',
    description: 'read and write frames as lines of JSON',
  }),
})
export type ConnectConfig = z.infer<typeof ConnectConfig>
