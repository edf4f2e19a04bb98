import type { Chat } from '../protocol/chat.ts'

/** The support chat that `--support` names, or else the chat of `--chat`; the configuration has one. */
export function targetChat(config: {
  readonly chat?: number | undefined
  readonly support?: number | undefined
}): Chat {
  const { chat, support } = config
  return support === undefined ? { kind: 'chat', id: chat! } : { kind: 'support', id: support }
}
