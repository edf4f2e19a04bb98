import type { StoredMessage } from '../pane/pane-entry.ts'
import type { CommandContext } from './command-context.ts'

/** The message with an id, or the selected one, or the newest that fits. Throws without one. */
export function chooseMessage(
  { data, state }: Pick<CommandContext, 'data' | 'state'>,
  id: number | undefined,
  fits: (message: StoredMessage) => boolean,
): StoredMessage {
  const messages = data.messagesOf(state.chat)
  const wanted = id ?? state.view().selectedId
  const message =
    wanted === undefined
      ? messages.findLast((one) => one.deleted_at === undefined && fits(one))
      : messages.find((one) => one.id === wanted)
  if (message) return message
  throw new Error(
    wanted === undefined
      ? 'there is no such message here: select one with Alt+Up'
      : `message ${wanted} is not loaded: scroll up to it`,
  )
}
