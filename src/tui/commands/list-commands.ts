import { type Chat, type ChatRef, chatOf, messageOf } from '../../protocol/chat.ts'
import { MAX_HISTORY } from '../../protocol/limits.ts'
import { refOf } from '../chat-data.ts'
import { chatList, describePresence, queueList, searchList, userList } from '../lists.ts'
import type { CommandContext, CommandRuns, Run } from './command-context.ts'
import { onlyUser } from './user-argument.ts'

/** Pages read at most to reach a message that a search has found. */
const MAX_PAGES = 50

/** What shows a list, and goes to what is chosen from it. */
export function listCommands(
  context: CommandContext,
): Pick<CommandRuns, 'chats' | 'who' | 'whois' | 'search' | 'queue'> {
  return {
    chats: () => showChats(context),
    who: () => showUsers(context),
    whois: ({ text }: Run) => tellUser(context, text),
    search: ({ text }: Run) => search(context, text),
    queue: () => showQueue(context),
  }
}

function showChats({ state, actions, data }: CommandContext): void {
  const chats = data.chats()
  state.overlay = {
    ...chatList(chats, (chat) => data.titleOf(chat)),
    onChoose: (index) => {
      const chosen = chats[index]
      if (chosen) actions.choose(chosen.chat)
    },
  }
}

async function showUsers({ client, data, state }: CommandContext): Promise<void> {
  const { users } = await client.presence()
  await data.named(users.map(({ userId }) => userId))
  state.overlay = userList(users, (userId) => data.nameOf(userId))
}

async function tellUser(context: CommandContext, text: string): Promise<void> {
  const { client, data, notify } = context
  const id = onlyUser(context, text)
  const { users } = await client.presence()
  await data.named([id])
  const name = data.nameOf(id)
  const shown = name === String(id) ? `user ${id}` : `user ${id}, ${name},`
  const user = users.find(({ userId }) => userId === id)
  const seen = user ? `is ${describePresence(user)}` : 'was not seen here'
  notify(`${shown} ${seen}`)
}

async function search(context: CommandContext, text: string): Promise<void> {
  const { client, data, state, notify } = context
  const found = await client.search({ text, limit: 100 })
  const { results } = found
  await data.named(results.map(({ sender_id }) => sender_id))
  state.overlay = {
    ...searchList(text, found, {
      nameOf: (userId) => data.nameOf(userId),
      titleOf: (chat) => data.titleOf(chat),
    }),
    onChoose: (index) => {
      const one = results[index]
      if (!one) return
      goTo(context, chatOf(one as ChatRef), messageOf(one).id).catch((error: Error) => {
        notify(`/search: ${error.message}`)
      })
    },
  }
}

/** Shows a message; one that is not loaded is read, with all that has come since. */
export async function goTo(context: CommandContext, chat: Chat, id: number): Promise<void> {
  const { actions, client, data, state, changed } = context
  actions.choose(chat)
  state.overlay = undefined
  for (let page = 0; page < MAX_PAGES && !actions.showMessage(id); page++) {
    const before = data.messagesOf(chat)[0]?.id
    const { has_more } = await client.history({
      ...refOf(chat),
      limit: MAX_HISTORY,
      ...(before !== undefined && { before }),
    })
    if (!has_more) break
  }
  changed()
  if (!actions.showMessage(id)) throw new Error(`message ${id} could not be loaded`)
  changed()
}

async function showQueue({ client, data, state, actions }: CommandContext): Promise<void> {
  const { chats } = await client.supportQueue()
  await data.named(chats.flatMap(({ assignee }) => assignee ?? []))
  state.overlay = {
    ...queueList(chats, (userId) => data.nameOf(userId)),
    onChoose: (index) => {
      const chosen = chats[index]
      if (chosen) actions.choose({ kind: 'support', id: chosen.support_chat_id })
    },
  }
}
