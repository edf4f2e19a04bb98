import type { SupportChatChange } from '../../client/queries.ts'
import { chatLabel } from '../chat-label.ts'
import type { CommandContext, CommandRuns, Run } from './command-context.ts'
import { onlyUser } from './user-argument.ts'

/** What agents do with the support chat that is shown. */
export function supportCommands(
  context: CommandContext,
): Pick<CommandRuns, 'assign' | 'close' | 'reopen'> {
  const { data, notify } = context
  return {
    assign: async ({ text }: Run) => {
      const assignee = text === 'none' ? null : onlyUser(context, text)
      await update(context, { assignee })
      notify(assignee === null ? 'given to nobody' : `given to ${data.nameOf(assignee)}`)
    },
    close: async () => {
      await update(context, { status: 'closed' })
      notify('this support chat is closed')
    },
    reopen: async () => {
      await update(context, { status: 'open' })
      notify('this support chat is open')
    },
  }
}

async function update(
  { client, state }: CommandContext,
  change: Omit<SupportChatChange, 'support_chat_id'>,
): Promise<void> {
  if (state.chat.kind !== 'support')
    throw new Error(`${chatLabel(state.chat)} is no support chat: /support 7 goes to one`)
  await client.updateSupportChat({ support_chat_id: state.chat.id, ...change })
}
