import type { Chat } from '../protocol/chat.ts'

/** How a chat is written on screen and in lines: `#1`, or `support#7`; no two share a label. */
export function chatLabel({ kind, id }: Chat): string {
  return kind === 'chat' ? `#${id}` : `support#${id}`
}
