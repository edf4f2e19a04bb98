import { type Chat, type ChatRef, chatOf, messageOf } from '../../protocol/chat.ts'
import { parseId } from '../../protocol/id.ts'
import { MAX_HISTORY } from '../../protocol/limits.ts'
import { refOf } from '../chat-data.ts'
import { chatList, queueList, searchList, userList } from '../lists.ts'
import type { CommandContext, CommandRuns, Run } from './command-context.ts'

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
    ...chatList(chats),
    onChoose: (index) => {
      const chosen = chats[index]
      if (chosen) actions.choose(chosen.chat)
    },
  }
}

async function showUsers({ client, state }: CommandContext): Promise<void> {
  const { users } = await client.presence()
  state.overlay = userList(users)
}

async function tellUser({ client, notify }: CommandContext, text: string): Promise<void> {
  const id = parseId(text.replace(/^@/, ''))
  if (id === undefined) throw new Error('name a user by the id: /whois 456')
  const { users } = await client.presence()
  const user = users.find(({ userId }) => userId === id)
  if (!user) notify(`user ${id} was not seen here`)
  else notify(`user ${userList([user]).lines[0]!.trim().replace(/ {2}/, ' is ')}`)
}

async function search(context: CommandContext, text: string): Promise<void> {
  const { client, state, notify } = context
  const { results, has_more } = await client.search({ text, limit: 100 })
  state.overlay = {
    ...searchList(text, results, has_more),
    onChoose: (index) => {
      const found = results[index]
      if (!found) return
      goTo(context, chatOf(found as ChatRef), messageOf(found).id).catch((error: Error) => {
        notify(`/search: ${error.message}`)
      })
    },
  }
}

/** Shows a message; one that is not loaded is read, with all that has come since. */
async function goTo(context: CommandContext, chat: Chat, id: number): Promise<void> {
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

async function showQueue({ client, state, actions }: CommandContext): Promise<void> {
  const { chats } = await client.supportQueue()
  state.overlay = {
    ...queueList(chats),
    onChoose: (index) => {
      const chosen = chats[index]
      if (chosen) actions.choose({ kind: 'support', id: chosen.support_chat_id })
    },
  }
}
