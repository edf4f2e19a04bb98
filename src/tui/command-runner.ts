import type { ChatClient } from '../client/chat-client.ts'
import { type Chat, type ChatRef, chatOf, messageOf, messageRef } from '../protocol/chat.ts'
import { parseId } from '../protocol/id.ts'
import { MAX_HISTORY } from '../protocol/limits.ts'
import { type ChatData, refOf } from './chat-data.ts'
import { chatLabel } from './chat-label.ts'
import { type Command, type CommandName, parseCommand } from './commands.ts'
import { resolveEmoji } from './editor/emoji.ts'
import { createMessage, whyTooLarge } from './lines/outgoing-message.ts'
import { chatList, queueList, searchList, userList } from './lists.ts'
import { openUrl } from './open-url.ts'
import type { StoredMessage } from './pane/pane-entry.ts'
import type { ScreenActions } from './screen-actions.ts'
import type { ScreenState } from './screen-state.ts'

/** Pages read at most to reach a message that a search has found. */
const MAX_PAGES = 50

type Run = Extract<Command, { type: 'run' }>

export interface CommandRunnerOptions {
  readonly client: ChatClient
  readonly data: ChatData
  readonly state: ScreenState
  readonly actions: ScreenActions
  /** Puts a text into the editor. */
  edit(text: string): void
  /** Shows a line in the chosen chat. */
  notify(text: string): void
  /** Something changed that should be drawn. */
  changed(): void
  setTheme(name: string): string | undefined
  help(): void
  quit(): void
}

/** Does what entered lines ask for. What goes wrong is told in the chat. */
export class CommandRunner {
  readonly #options: CommandRunnerOptions
  /** Command → what it does. */
  readonly #runs: Record<Exclude<CommandName, 'join' | 'support'>, (run: Run) => unknown> = {
    next: () => this.#options.actions.nextUnread(),
    chats: () => this.#chats(),
    who: () => this.#who(),
    whois: ({ text }) => this.#whois(text),
    reply: (run) => this.#reply(run),
    react: (run) => this.#react(run),
    edit: (run) => this.#edit(run),
    delete: (run) => this.#delete(run),
    search: ({ text }) => this.#search(text),
    mark: () => this.#options.actions.mark(),
    mute: () => this.#mute(),
    open: (run) => this.#open(run),
    queue: () => this.#queue(),
    assign: ({ text }) => this.#assign(text),
    close: () => this.#supportStatus('closed'),
    reopen: () => this.#supportStatus('open'),
    theme: ({ text }) => this.#theme(text),
    help: () => this.#options.help(),
    quit: () => this.#options.quit(),
  }

  constructor(options: CommandRunnerOptions) {
    this.#options = options
  }

  /** Does what a line asks for; false where it should stay, because it could not be sent. */
  enter(line: string): boolean {
    const { state, notify, actions } = this.#options
    const { target } = state
    if (target?.type === 'edit') return this.#saveEdit(target.id, line)
    const command = parseCommand(line)
    switch (command.type) {
      case 'nothing':
        return true
      case 'say':
        return this.#say(command.text, target?.id)
      case 'join':
        actions.choose(command.chat)
        return true
      case 'wrong':
        notify(command.message)
        return true
      case 'run':
        this.#run(command)
        return true
    }
  }

  /** Begins to change the own message before the one that is being changed, or the newest. */
  editPrevious(): boolean {
    const { data, state } = this.#options
    const own = data
      .messagesOf(state.chat)
      .filter((message) => message.sender_id === data.userId && message.deleted_at === undefined)
    const { target } = state
    const before = target?.type === 'edit' ? own.filter(({ id }) => id < target.id) : own
    const message = before.at(-1)
    if (message) this.#beginEdit(message)
    return message !== undefined
  }

  #run(command: Run): void {
    const { notify } = this.#options
    const done = Promise.resolve().then(() => this.#runs[command.name](command))
    done.then(
      () => this.#options.changed(),
      (error: Error) => notify(`/${command.name}: ${error.message}`),
    )
  }

  #say(text: string, replyTo: number | undefined): boolean {
    const { client, data, state, notify } = this.#options
    const message = createMessage(state.chat, client.userId, text)
    if (replyTo !== undefined) message.reply_to = replyTo
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

  #saveEdit(id: number, text: string): boolean {
    const { client, state, notify } = this.#options
    if (text.trim() === '') {
      notify('an empty text deletes nothing: /delete does')
      return false
    }
    state.target = undefined
    client.edit(messageRef(state.chat.kind, id), text).catch((error: Error) => {
      notify(`not changed: ${error.message}: ${text}`)
    })
    return true
  }

  #reply({ id, text }: Run): void {
    const message = this.#message(id, (one) => one.sender_id !== this.#options.data.userId)
    this.#say(text, message.id)
  }

  async #react({ id, text }: Run): Promise<void> {
    const { client, data, state } = this.#options
    const message = this.#message(id, () => true)
    const emoji = resolveEmoji(text)
    const given = message.reactions.find((reaction) => reaction.emoji === emoji)
    const remove = given?.userIds.includes(data.userId) ?? false
    await client.react(messageRef(state.chat.kind, message.id), emoji, { remove })
  }

  #edit({ id, text }: Run): void {
    const message = this.#ownMessage(id)
    if (text === '') this.#beginEdit(message)
    else this.#saveEdit(message.id, text)
  }

  async #delete({ id }: Run): Promise<void> {
    const { client, state } = this.#options
    await client.delete(messageRef(state.chat.kind, this.#ownMessage(id).id))
  }

  #beginEdit(message: StoredMessage): void {
    const { state, edit } = this.#options
    state.target = { type: 'edit', id: message.id }
    edit(message.content)
  }

  #ownMessage(id: number | undefined): StoredMessage {
    return this.#message(id, (one) => one.sender_id === this.#options.data.userId)
  }

  /** The message with an id, or the selected one, or the newest that fits. */
  #message(id: number | undefined, fits: (message: StoredMessage) => boolean): StoredMessage {
    const { data, state } = this.#options
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

  #chats(): void {
    const { state, actions, data } = this.#options
    const chats = data.chats()
    state.overlay = {
      ...chatList(chats),
      onChoose: (index) => {
        const chosen = chats[index]
        if (chosen) actions.choose(chosen.chat)
      },
    }
  }

  async #who(): Promise<void> {
    const { client, state } = this.#options
    const { users } = await client.presence()
    state.overlay = userList(users)
  }

  async #whois(text: string): Promise<void> {
    const { client, notify } = this.#options
    const id = parseId(text.replace(/^@/, ''))
    if (id === undefined) throw new Error('name a user by the id: /whois 456')
    const { users } = await client.presence()
    const user = users.find(({ userId }) => userId === id)
    if (!user) notify(`user ${id} was not seen here`)
    else notify(userList([user]).lines[0]!)
  }

  async #search(text: string): Promise<void> {
    const { client, state } = this.#options
    const { results, has_more } = await client.search({ text, limit: 100 })
    state.overlay = {
      ...searchList(text, results, has_more),
      onChoose: (index) => {
        const found = results[index]
        if (!found) return
        this.#goTo(chatOf(found as ChatRef), messageOf(found).id).catch((error: Error) => {
          this.#options.notify(`/search: ${error.message}`)
        })
      },
    }
  }

  /** Shows a message; one that is not loaded is read, with all that has come since. */
  async #goTo(chat: Chat, id: number): Promise<void> {
    const { actions, client, data, state, changed } = this.#options
    actions.choose(chat)
    state.overlay = undefined
    for (let page = 0; page < MAX_PAGES && !actions.showMessage(id); page++) {
      const before = data.messagesOf(chat)[0]?.id
      const limit = MAX_HISTORY
      const { has_more } = await client.history({
        ...refOf(chat),
        limit,
        ...(before !== undefined && { before }),
      })
      if (!has_more) break
    }
    changed()
    if (!actions.showMessage(id)) throw new Error(`message ${id} could not be loaded`)
    changed()
  }

  #mute(): void {
    const { state, notify } = this.#options
    const view = state.view()
    view.isMuted = !view.isMuted
    notify(view.isMuted ? 'this chat is muted' : 'this chat is not muted any more')
  }

  async #open({ id }: Run): Promise<void> {
    const message = this.#message(id, (one) => one.file_paths !== undefined)
    if (message.file_paths === undefined) throw new Error(`message ${message.id} has no file`)
    await openUrl(message.file_paths)
    this.#options.notify(`opened ${message.file_paths}`)
  }

  async #queue(): Promise<void> {
    const { client, state, actions } = this.#options
    const { chats } = await client.supportQueue()
    state.overlay = {
      ...queueList(chats),
      onChoose: (index) => {
        const chosen = chats[index]
        if (chosen) actions.choose({ kind: 'support', id: chosen.support_chat_id })
      },
    }
  }

  async #assign(text: string): Promise<void> {
    const assignee = text === 'none' ? null : parseId(text.replace(/^@/, ''))
    if (assignee === undefined) throw new Error('name a user by the id, or none: /assign 456')
    await this.#updateSupport({ assignee })
    this.#options.notify(assignee === null ? 'given to nobody' : `given to ${assignee}`)
  }

  async #supportStatus(status: 'open' | 'closed'): Promise<void> {
    await this.#updateSupport({ status })
    this.#options.notify(`this support chat is ${status}`)
  }

  async #updateSupport(change: { status?: 'open' | 'closed'; assignee?: number | null }) {
    const { client, state } = this.#options
    if (state.chat.kind !== 'support')
      throw new Error(`${chatLabel(state.chat)} is no support chat: /support 7 goes to one`)
    await client.updateSupportChat({ support_chat_id: state.chat.id, ...change })
  }

  #theme(name: string): void {
    const problem = this.#options.setTheme(name)
    if (problem !== undefined) throw new Error(problem)
  }
}
