import { messageRef } from '../../protocol/chat.ts'
import { refOf } from '../chat-data.ts'
import { resolveEmoji } from '../editor/emoji.ts'
import { createMessage, whyTooLarge } from '../lines/outgoing-message.ts'
import type { StoredMessage } from '../pane/pane-entry.ts'
import { chooseMessage } from './choose-message.ts'
import type { CommandContext, CommandRuns, Run } from './command-context.ts'

/** Sends messages, and changes those that were sent. */
export class MessageCommands {
  readonly #context: CommandContext

  constructor(context: CommandContext) {
    this.#context = context
  }

  readonly runs: Pick<CommandRuns, 'reply' | 'react' | 'edit' | 'delete'> = {
    reply: (run) => this.#reply(run),
    react: (run) => this.#react(run),
    edit: (run) => this.#edit(run),
    delete: (run) => this.#delete(run),
  }

  /** Sends a message, or saves the one that is being changed; false where the text should stay. */
  say(text: string, replyTo = this.#context.state.target?.id): boolean {
    const { client, data, state, notify } = this.#context
    if (data.isLeft(state.chat)) {
      notify(`not sent: you are not in ${data.titleOf(state.chat)} any more; your text stays here`)
      return false
    }
    const message = createMessage(state.chat, client.userId, text)
    if (replyTo !== undefined) message.reply_to = replyTo
    const mentions = data.mentionsIn(state.chat, text)
    if (mentions.length > 0) message.mentions = mentions
    const tooLarge = whyTooLarge(message)
    if (tooLarge !== undefined) {
      notify(`${tooLarge}; shorten it`)
      return false
    }
    state.target = undefined
    state.view().selectedId = undefined
    state.view().scroll = 'newest'
    data.send(message).catch((error: Error) => {
      // What a closed client gives up is told as one, when it has ended.
      if (client.status.state !== 'closed') notify(`not sent: ${error.message}: ${text}`)
    })
    return true
  }

  /** Replaces the text of an own message; false where the text should stay. */
  save(id: number, text: string): boolean {
    const { client, data, state, notify } = this.#context
    if (text.trim() === '') {
      notify('an empty text deletes nothing: /delete does')
      return false
    }
    state.target = undefined
    const mentions = data.mentionsIn(state.chat, text)
    const before = data.conversation.message(refOf(state.chat), id)?.mentions ?? []
    const change = mentions.length > 0 || before.length > 0 ? { mentions } : {}
    client.edit(messageRef(state.chat.kind, id), text, change).catch((error: Error) => {
      notify(`not changed: ${error.message}: ${text}`)
    })
    return true
  }

  /** Begins to change the own message before the one that is being changed, or the newest. */
  editPrevious(): boolean {
    const { data, state } = this.#context
    const own = data
      .messagesOf(state.chat)
      .filter((message) => message.sender_id === data.userId && message.deleted_at === undefined)
    const { target } = state
    const before = target?.type === 'edit' ? own.filter(({ id }) => id < target.id) : own
    const message = before.at(-1)
    if (message) this.#beginEdit(message)
    return message !== undefined
  }

  #reply({ id, text }: Run): void {
    const { data, state } = this.#context
    const message = chooseMessage(this.#context, id, (one) => one.sender_id !== data.userId)
    if (text === '') state.target = { type: 'reply', id: message.id }
    else this.say(text, message.id)
  }

  async #react({ id, text }: Run): Promise<void> {
    const { client, data, state } = this.#context
    const message = chooseMessage(this.#context, id, () => true)
    const emoji = resolveEmoji(text)
    const given = message.reactions.find((reaction) => reaction.emoji === emoji)
    const remove = given?.userIds.includes(data.userId) ?? false
    await client.react(messageRef(state.chat.kind, message.id), emoji, { remove })
  }

  #edit({ id, text }: Run): void {
    const message = this.#own(id)
    if (text === '') this.#beginEdit(message)
    else this.save(message.id, text)
  }

  async #delete({ id }: Run): Promise<void> {
    const { client, state } = this.#context
    // Moderators delete what others wrote, but only what they name.
    const named = id ?? state.view().selectedId
    const message =
      named === undefined ? this.#own(id) : chooseMessage(this.#context, id, () => true)
    await client.delete(messageRef(state.chat.kind, message.id))
  }

  #beginEdit(message: StoredMessage): void {
    const { state, edit } = this.#context
    state.target = { type: 'edit', id: message.id }
    edit(message.content)
  }

  #own(id: number | undefined): StoredMessage {
    const { data } = this.#context
    return chooseMessage(this.#context, id, (one) => one.sender_id === data.userId)
  }
}
