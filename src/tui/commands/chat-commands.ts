import type { Notify } from '../../client/queries.ts'
import type { Chat } from '../../protocol/chat.ts'
import { ChatwsError } from '../../protocol/error.ts'
import { MAX_LIST_PAGE } from '../../protocol/limits.ts'
import { refOf } from '../chat-data.ts'
import { chatLabel } from '../chat-label.ts'
import { memberList, publicChatList } from '../member-lists.ts'
import type { CommandContext, CommandRuns, Run } from './command-context.ts'
import { memberChat } from './member-chat.ts'
import { everyUser } from './user-argument.ts'

/** Members listed at most. */
const MAX_MEMBERS = 1_000

/** What makes chats, and changes who is in the one that is shown. */
export function chatCommands(
  context: CommandContext,
): Pick<
  CommandRuns,
  'create' | 'title' | 'visibility' | 'invite' | 'kick' | 'leave' | 'members' | 'notify'
> {
  const { client, data, state, actions, notify } = context
  return {
    create: async ({ text }: Run) => {
      const [, title = '', users = ''] = /^([^@]*)(.*)$/s.exec(text) ?? []
      const members = everyUser(context, users)
      const { id } = await client.createChat({
        ...(title.trim() !== '' && { title: title.trim() }),
        ...(members.length > 0 && { members }),
      })
      actions.choose({ kind: 'chat', id })
    },
    title: async ({ text }: Run) => {
      await client.changeChat(memberChat(context), { title: text === '-' ? null : text })
    },
    visibility: async ({ text }: Run) => {
      if (text !== 'public' && text !== 'private')
        throw new Error('a chat is public or private: /visibility public')
      await client.changeChat(memberChat(context), { visibility: text })
    },
    invite: async ({ text }: Run) => {
      await client.addMembers(memberChat(context), everyUser(context, text))
    },
    kick: async ({ text }: Run) => {
      await client.removeMembers(memberChat(context), everyUser(context, text))
    },
    leave: async () => {
      const { chat } = state
      const title = data.titleOf(chat)
      await client.leave(memberChat(context))
      actions.chooseOther(chat)
      // In the chat itself it is told with what becomes of its members.
      if (chatLabel(state.chat) !== chatLabel(chat)) notify(`you have left ${title}`)
    },
    members: () => showMembers(context),
    notify: async ({ text }: Run) => {
      if (text !== 'all' && text !== 'mentions' && text !== 'none')
        throw new Error('say all, mentions or none: /notify mentions')
      await setNotify(context, text)
    },
  }
}

/** Sets of what in the chat that is shown the user is told, on all devices. */
export async function setNotify(context: CommandContext, notify: Notify): Promise<void> {
  const { client, state } = context
  await client.setChatSettings(refOf(state.chat), { notify })
  const muted = 'this chat is muted'
  const told = { all: 'this chat is not muted any more', mentions: `${muted} but for mentions` }
  context.notify(notify === 'none' ? muted : told[notify])
}

/** Goes to a chat; where one has to be in it, and is not, one joins it, or comes back. */
export async function enterChat(context: CommandContext, chat: Chat): Promise<void> {
  const { client, data, state, actions, changed } = context
  const before = state.chat
  actions.choose(chat)
  changed()
  if (chat.kind === 'support' || !data.hasMembers || data.stateOf(chat).role !== undefined) return
  try {
    await client.join(chat.id)
  } catch (error) {
    if (!(error instanceof ChatwsError) || error.code !== 'NOT_FOUND') throw error
    actions.choose(before)
    const why = `there is no chat ${chat.id} that you may join: /join lists those`
    throw new Error(why, { cause: error })
  }
}

/** Lists the chats that anyone may join, and joins the one that is chosen. */
export async function browseChats(context: CommandContext): Promise<void> {
  const { client, state, notify } = context
  const { chats, has_more } = await client.publicChats({ limit: MAX_LIST_PAGE })
  state.overlay = {
    ...publicChatList(chats, has_more),
    onChoose: (index) => {
      const chosen = chats[index]
      if (!chosen) return
      enterChat(context, { kind: 'chat', id: chosen.chat_id }).catch((error: Error) =>
        notify(`/join: ${error.message}`),
      )
    },
  }
}

async function showMembers(context: CommandContext): Promise<void> {
  const { client, data, state } = context
  const chatId = memberChat(context)
  const members = []
  for await (const member of client.eachMember(chatId)) {
    members.push(member)
    if (members.length === MAX_MEMBERS) break
  }
  await data.named(members.map(({ user }) => user))
  const count = data.stateOf(state.chat).memberCount ?? members.length
  state.overlay = memberList(members, count, (userId) => data.nameOf(userId))
}
