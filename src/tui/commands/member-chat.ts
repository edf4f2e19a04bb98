import { chatLabel } from '../chat-label.ts'
import type { CommandContext } from './command-context.ts'

/** The id of the chat that is shown, for what only chats with members have. Throws for a support chat. */
export function memberChat({ state }: Pick<CommandContext, 'state'>): number {
  if (state.chat.kind === 'support')
    throw new Error(`${chatLabel(state.chat)} is a support chat, which has no members`)
  return state.chat.id
}
