import { type Chat, chatOf } from '../protocol/chat.ts'
import type { QueuedChat, SearchResults, UserPresence } from '../protocol/questions.ts'
import { commandHelp } from './commands/command-line.ts'
import { ACTIONS, type Action } from './keys/actions.ts'
import type { KeyMap } from './keys/key-map.ts'
import { mark } from './pane/marked-text.ts'
import { dayOf, timeOfDay } from './pane/time-of-day.ts'
import { sanitizeLine } from './sanitize.ts'
import type { Overlay } from './screen-model.ts'

/** What a user is shown as. */
type NameOf = (userId: number) => string

/** Every command and every key. */
export function helpList(keyMap: KeyMap): Overlay {
  const keys = Object.entries(ACTIONS).flatMap(([action, summary]) => {
    const bound = keyMap.keysOf(action as Action).join(', ')
    return bound === '' ? [] : [`${bound.padEnd(26)} ${summary}`]
  })
  const lines = [
    mark('bold', 'Commands'),
    ...commandHelp('screen'),
    '',
    mark('bold', 'Keys'),
    ...keys,
    `${'?'.padEnd(26)} this help, on an empty line`,
    `${'the wheel, a click'.padEnd(26)} scroll; select a message, go to a chat`,
  ]
  return { title: 'Help | PgUp, PgDn: scroll | Esc: back', lines, top: 0 }
}

/** Who is online, and who was. */
export function userList(users: readonly UserPresence[], nameOf: NameOf): Overlay {
  const order = ['active', 'idle', 'offline']
  const sorted = users.toSorted(
    (a, b) => order.indexOf(a.status) - order.indexOf(b.status) || a.userId - b.userId,
  )
  const lines = sorted.map(
    (user) =>
      `${String(user.userId).padStart(6)}  ${called(user.userId, nameOf)}${describePresence(user)}`,
  )
  return { title: `Users (${users.length})`, lines, top: 0 }
}

/** Whether a user is here, on how many devices, or was last. */
export function describePresence({ status, connections, lastSeen }: UserPresence): string {
  const devices = connections > 1 ? ` on ${connections} devices` : ''
  const seen = lastSeen === undefined ? '' : `, last seen ${when(lastSeen)}`
  return `${status}${devices}${seen}`
}

/** The chats, to choose one from. */
export function chatList(
  chats: readonly { chat: Chat; unread: number }[],
  titleOf: (chat: Chat) => string,
): Overlay {
  const lines = chats.map(
    ({ chat, unread }) => `${titleOf(chat)}${unread > 0 ? `  ${unread} unread` : ''}`,
  )
  return { title: `Chats (${chats.length})`, lines, top: 0, chosen: 0 }
}

/** What a search has found, to choose one from. */
export function searchList(
  text: string,
  { results, has_more }: Pick<SearchResults, 'results' | 'has_more'>,
  { nameOf, titleOf }: { nameOf: NameOf; titleOf(chat: Chat): string },
): Overlay {
  const lines = results.map((result) => {
    const title = titleOf(chatOf(result as Parameters<typeof chatOf>[0]))
    const snippet = highlight(sanitizeLine(result.snippet), sanitizeLine(text))
    return `${mark('dim', when(result.created_at))} ${title} <${nameOf(result.sender_id)}> ${snippet}`
  })
  const count = `${results.length}${has_more ? '+' : ''}`
  return { title: `Search: ${sanitizeLine(text)} (${count})`, lines, top: 0, chosen: 0 }
}

/** The open support chats, to choose one from. */
export function queueList(chats: readonly QueuedChat[], nameOf: NameOf): Overlay {
  const lines = chats.map(({ support_chat_id, assignee, waiting_seconds, last_message }) => {
    const waits = waiting_seconds > 0 ? `waits ${Math.ceil(waiting_seconds / 60)} min` : 'answered'
    const agent = assignee === null ? 'nobody' : `agent ${nameOf(assignee)}`
    const said = last_message ? sanitizeLine(last_message.content.slice(0, 80)) : ''
    return `support#${support_chat_id}  ${waits}, ${agent}  ${mark('dim', said)}`
  })
  return { title: `Open support chats (${chats.length})`, lines, top: 0, chosen: 0 }
}

/** The name behind an id, where there is one. */
function called(userId: number, nameOf: NameOf): string {
  const name = nameOf(userId)
  return name === String(userId) ? '' : `${name}  `
}

function highlight(snippet: string, text: string): string {
  const at = snippet.toLowerCase().indexOf(text.toLowerCase())
  if (at < 0) return snippet
  const end = at + text.length
  return snippet.slice(0, at) + mark('match', snippet.slice(at, end)) + snippet.slice(end)
}

function when(iso: string): string {
  return `${dayOf(iso) ?? '????-??-??'} ${timeOfDay(iso).slice(0, 5)}`
}
