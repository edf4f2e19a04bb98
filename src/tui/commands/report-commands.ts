import { type ChatRef, chatOf, messageOf, messageRef } from '../../protocol/chat.ts'
import { parseId } from '../../protocol/id.ts'
import { MAX_LIST_PAGE } from '../../protocol/limits.ts'
import { reportList } from '../member-lists.ts'
import { chooseMessage } from './choose-message.ts'
import type { CommandContext, CommandRuns, Run } from './command-context.ts'
import { goTo } from './list-commands.ts'

/** What tells moderators of a message, and what they do about it. */
export function reportCommands(
  context: CommandContext,
): Pick<CommandRuns, 'report' | 'reports' | 'resolve'> {
  const { client, data, state, notify } = context
  return {
    report: async ({ id, text }: Run) => {
      if (text === '') throw new Error('say why: /report #12 spam')
      const message = chooseMessage(context, id, (one) => one.sender_id !== data.userId)
      await client.report(messageRef(state.chat.kind, message.id), text)
      notify(`message ${message.id} of ${data.nameOf(message.sender_id)} is reported`)
    },
    reports: () => showReports(context),
    resolve: async ({ text }: Run) => {
      const [, digits = '', done = ''] = /^#?(\d+)\s*(.*)$/s.exec(text) ?? []
      const id = parseId(digits)
      if (id === undefined || done === '')
        throw new Error('name a report and say what was done: /resolve 3 deleted')
      await client.resolveReport(id, done)
      notify(`report ${id} is resolved`)
    },
  }
}

async function showReports(context: CommandContext): Promise<void> {
  const { client, data, state, notify } = context
  const { reports } = await client.reports({ limit: MAX_LIST_PAGE })
  await data.named(reports.flatMap(({ reporter, sender_id }) => [reporter, sender_id]))
  state.overlay = {
    ...reportList(reports, {
      nameOf: (userId) => data.nameOf(userId),
      titleOf: (chat) => data.titleOf(chat),
    }),
    onChoose: (index) => {
      const report = reports[index]
      if (!report) return
      const ref = report as unknown as ChatRef & Parameters<typeof messageOf>[0]
      goTo(context, chatOf(ref), messageOf(ref).id).catch((error: Error) =>
        notify(`/reports: ${error.message}`),
      )
    },
  }
}
