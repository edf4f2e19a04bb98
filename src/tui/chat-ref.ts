/** Names one chat or one support chat, which number their ids apart. */
export interface ChatRef {
  readonly kind: 'chat' | 'support'
  readonly id: number
}

/** How a chat is written on screen and in lines: `#1`, or `support#7`; no two share a label. */
export function chatLabel({ kind, id }: ChatRef): string {
  return kind === 'chat' ? `#${id}` : `support#${id}`
}
