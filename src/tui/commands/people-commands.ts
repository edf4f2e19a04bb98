import type { CommandContext, CommandRuns, Run } from './command-context.ts'
import { onlyUser } from './user-argument.ts'

/** What one does about oneself and others, in whichever chat. */
export function peopleCommands(
  context: CommandContext,
): Pick<CommandRuns, 'nick' | 'dm' | 'block' | 'unblock'> {
  const { client, data, actions, notify } = context
  return {
    nick: async ({ text }: Run) => {
      const name = text === '-' ? null : text
      await client.setProfile({ name })
      notify(name === null ? 'you have no name any more' : `you are called ${name} now`)
    },
    dm: async ({ text }: Run) => {
      const { id } = await client.direct(onlyUser(context, text))
      actions.choose({ kind: 'chat', id })
    },
    block: async ({ text }: Run) => {
      const user = onlyUser(context, text)
      await client.block(user)
      notify(`${data.nameOf(user)} is blocked: /unblock takes it back`)
    },
    unblock: async ({ text }: Run) => {
      const user = onlyUser(context, text)
      await client.unblock(user)
      notify(`${data.nameOf(user)} is not blocked any more`)
    },
  }
}
