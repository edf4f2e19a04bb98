import type { Payload } from '../../client/known-message.ts'
import { type ChatRef, chatOf, messageRef } from '../../protocol/chat.ts'
import { MAX_HISTORY } from '../../protocol/limits.ts'
import { refOf } from '../chat-data.ts'
import { messageLine, type ToldMessage } from '../lines/message-line.ts'
import { createMessage, whyTooLarge } from '../lines/outgoing-message.ts'
import { chooseMessage } from './choose-message.ts'
import type { CommandContext, CommandRuns, Run } from './command-context.ts'
import { goTo } from './list-commands.ts'

/** What is about threads and pinned messages. */
export function threadCommands(
  context: CommandContext,
): Pick<CommandRuns, 'thread' | 'threads' | 'follow' | 'unfollow' | 'pin' | 'unpin' | 'pins'> {
  const { client, state, notify } = context
  const chosen = ({ id }: Run) => {
    const message = chooseMessage(context, id, () => true)
    return messageRef(state.chat.kind, message.id)
  }
  return {
    thread: (run) => showThread(context, run),
    threads: () => showThreads(context),
    follow: async (run) => {
      await client.follow(chosen(run))
      notify('you follow this thread: /threads lists them')
    },
    unfollow: async (run) => {
      await client.follow(chosen(run), { followed: false })
      notify('you do not follow this thread any more')
    },
    pin: async (run) => {
      await client.pin(chosen(run))
    },
    unpin: async (run) => {
      await client.pin(chosen(run), { pinned: false })
    },
    pins: () => showPins(context),
  }
}

/** Shows the replies in the thread of a message, or sends one. */
async function showThread(context: CommandContext, { id, text }: Run): Promise<void> {
  const { client, data, state } = context
  const { chat } = state
  const chosen = chooseMessage(context, id, (one) => one.replies !== undefined)
  const root = chosen.thread ?? chosen.id
  if (text !== '') {
    const mentions = data.mentionsIn(chat, text)
    const message = {
      ...createMessage(chat, client.userId, text),
      ...{ thread: root, ...(mentions.length > 0 && { mentions }) },
    }
    const tooLarge = whyTooLarge(message)
    if (tooLarge !== undefined) throw new Error(`${tooLarge}; shorten it`)
    await data.send(message)
    return
  }
  const query = { ...refOf(chat), thread: root, limit: MAX_HISTORY }
  const { messages, has_more } = await client.history(query)
  const shown = chosen.id === root ? [{ ...chosen, ...refOf(chat) }, ...messages] : messages
  await data.named(shown.map(({ sender_id }) => sender_id))
  const last = messages.at(-1)
  if (last) client.read(refOf(chat), last.id, { thread: root })
  state.overlay = {
    title: `Thread of message ${root} (${messages.length}${has_more ? '+' : ''}) | /thread #${root} <text>: answer`,
    lines: shown.map((message) => messageLine(message, (userId) => data.nameOf(userId), true)),
    top: 0,
  }
}

async function showThreads(context: CommandContext): Promise<void> {
  const { client } = context
  const { threads } = await client.threads()
  await showMessages(context, {
    title: `Threads you follow (${threads.length})`,
    messages: threads.map(({ root }) => root),
    behind: (index) => {
      const { replies, unread } = threads[index]!
      return `  ${replies === 1 ? '1 reply' : `${replies} replies`}${unread > 0 ? `, ${unread} unread` : ''}`
    },
  })
}

async function showPins(context: CommandContext): Promise<void> {
  const { client, state } = context
  const { messages } = await client.pins(refOf(state.chat))
  await showMessages(context, { title: `Pinned here (${messages.length})`, messages })
}

/** Lists messages, to go to the one that is chosen. */
async function showMessages(
  context: CommandContext,
  {
    title,
    messages,
    behind = () => '',
  }: { title: string; messages: readonly Payload[]; behind?(index: number): string },
): Promise<void> {
  const { data, state, notify } = context
  await data.named(messages.map(({ sender_id }) => sender_id))
  const nameOf = (userId: number) => data.nameOf(userId)
  state.overlay = {
    title,
    lines: messages.map(
      (message, index) => messageLine(message as ToldMessage, nameOf, true) + behind(index),
    ),
    ...{ top: 0, chosen: 0 },
    onChoose: (index) => {
      const message = messages[index]
      if (!message) return
      goTo(context, chatOf(message as ChatRef), message.id).catch((error: Error) =>
        notify(`message ${message.id}: ${error.message}`),
      )
    },
  }
}
