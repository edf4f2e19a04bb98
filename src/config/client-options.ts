import { z } from 'zod'
import { DEFAULT_PORT } from '../protocol/limits.ts'
import type { Contradiction } from './contradictions.ts'
import { id } from './id-option.ts'
import { option } from './option.ts'
import { WebSocketUrl } from './websocket-url.ts'

/** The options of every command that connects as a user. */
export const clientOptions = {
  user: option(id('is required: --user 123, CHATWS_USER, or "user" in a profile'), {
    flag: '--user <id>',
    env: 'CHATWS_USER',
    description: 'user to chat as (required)',
  }),
  url: option(WebSocketUrl.default(`ws://127.0.0.1:${DEFAULT_PORT}`), {
    flag: '--url <url>',
    env: 'CHATWS_URL',
    description: 'server to connect to',
  }),
  token: option(z.string().trim().optional(), {
    flag: '--token <token>',
    env: 'CHATWS_TOKEN',
    description: 'says who you are, where the server asks (chatws token makes one)',
    isSecret: true,
  }),
  profile: option(z.string().optional(), {
    flag: '--profile <name>',
    env: 'CHATWS_PROFILE',
    description: 'server and user of this name in the configuration file',
  }),
}

/** Of a command that is about one chat: that none is named. */
export function findNoChat(config: {
  readonly chat?: number | undefined
  readonly support?: number | undefined
}): Contradiction[] {
  if (config.chat !== undefined || config.support !== undefined) return []
  const message = 'is required: --chat 1, or --support 1 for a support chat'
  return [{ option: 'chat', message, because: [] }]
}
