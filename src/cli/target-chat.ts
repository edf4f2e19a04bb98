import type { Chat } from '../protocol/chat.ts'
import { ChatwsError } from '../protocol/error.ts'

/** The support chat that `--support` names, or else the chat of `--chat`. Throws USAGE without either. */
export function targetChat(config: {
  readonly chat?: number | undefined
  readonly support?: number | undefined
}): Chat {
  const { chat, support } = config
  if (support !== undefined) return { kind: 'support', id: support }
  if (chat !== undefined) return { kind: 'chat', id: chat }
  throw new ChatwsError('USAGE', '--chat: is required: --chat 1, or --support 1 for a support chat')
}
