import type { Chat } from '../../protocol/chat.ts'
import { parseId } from '../../protocol/id.ts'
import { suggest } from '../../protocol/suggestion.ts'

/** Command → its arguments and what it does. `isForScreen`: it needs the full screen. */
export const COMMANDS = {
  join: { usage: '[chat]', summary: 'go to a chat, or list those to join', isForScreen: false },
  support: { usage: '<chat>', summary: 'go to a support chat', isForScreen: false },
  next: { usage: '', summary: 'go to the next chat with unread messages', isForScreen: true },
  chats: { usage: '', summary: 'list your chats', isForScreen: true },
  who: { usage: '', summary: 'list who is online, and who was', isForScreen: true },
  whois: { usage: '<user>', summary: 'show what is known of a user', isForScreen: true },
  nick: { usage: '<name|->', summary: 'set your name, or take it away', isForScreen: true },
  create: { usage: '<title> [@users]', summary: 'make a private chat', isForScreen: true },
  dm: { usage: '<user>', summary: 'go to your direct chat with a user', isForScreen: true },
  members: { usage: '', summary: 'list who is in this chat', isForScreen: true },
  invite: { usage: '<users>', summary: 'add users to this chat', isForScreen: true },
  kick: { usage: '<users>', summary: 'remove users from this chat', isForScreen: true },
  leave: { usage: '', summary: 'leave this chat', isForScreen: true },
  title: { usage: '<title|->', summary: 'set the title of this chat', isForScreen: true },
  visibility: {
    usage: '<public|private>',
    summary: 'who may join this chat: anyone, or by invitation',
    isForScreen: true,
  },
  notify: {
    usage: '<all|mentions|none>',
    summary: 'of what in this chat you want to hear',
    isForScreen: true,
  },
  thread: { usage: '[#id] [text]', summary: 'show a thread, or answer in it', isForScreen: true },
  threads: { usage: '', summary: 'list the threads you follow', isForScreen: true },
  follow: { usage: '[#id]', summary: 'follow the thread of a message', isForScreen: true },
  unfollow: { usage: '[#id]', summary: 'follow it no longer', isForScreen: true },
  pin: { usage: '[#id]', summary: 'pin a message', isForScreen: true },
  unpin: { usage: '[#id]', summary: 'pin it no longer', isForScreen: true },
  pins: { usage: '', summary: 'list what is pinned here', isForScreen: true },
  role: {
    usage: '<user> <role>',
    summary: 'make a member reader, member, moderator or owner',
    isForScreen: true,
  },
  reply: { usage: '[#id] [text]', summary: 'answer a message', isForScreen: true },
  react: { usage: '<emoji> [#id]', summary: 'react, or take it back', isForScreen: true },
  edit: { usage: '[#id] [text]', summary: 'change a message of yours', isForScreen: true },
  delete: { usage: '[#id]', summary: 'delete a message; moderators any', isForScreen: true },
  older: { usage: '', summary: 'show older messages', isForScreen: true },
  choose: { usage: '<number>', summary: 'choose from the list shown last', isForScreen: true },
  search: { usage: '<words>', summary: 'find messages in all chats', isForScreen: true },
  mark: { usage: '', summary: 'move the read marker here', isForScreen: true },
  mute: {
    usage: '[user] [for 1h]',
    summary: 'silence this chat for you, or again; with a user: keep them from writing',
    isForScreen: true,
  },
  unmute: { usage: '<user>', summary: 'let a member write again', isForScreen: true },
  ban: {
    usage: '<user> [for 1d] [reason]',
    summary: 'remove a user from this chat, and keep them out',
    isForScreen: true,
  },
  unban: { usage: '<user>', summary: 'let a user in again', isForScreen: true },
  'server-ban': {
    usage: '<user> [for 1d] [reason]',
    summary: 'keep a user off this server (admins)',
    isForScreen: true,
  },
  'server-unban': {
    usage: '<user>',
    summary: 'let a user on this server again (admins)',
    isForScreen: true,
  },
  slow: { usage: '<10s|off>', summary: 'the time between messages of a member', isForScreen: true },
  block: { usage: '<user>', summary: 'hear nothing of a user in direct chats', isForScreen: true },
  unblock: { usage: '<user>', summary: 'hear them again', isForScreen: true },
  report: {
    usage: '[#id] <reason>',
    summary: 'tell the moderators of a message',
    isForScreen: true,
  },
  reports: { usage: '', summary: 'list what was reported (moderators)', isForScreen: true },
  resolve: {
    usage: '<report> <what was done>',
    summary: 'end a report (moderators)',
    isForScreen: true,
  },
  upload: { usage: '<path>', summary: 'send a file', isForScreen: true },
  open: { usage: '[#id]', summary: 'open the file of a message', isForScreen: true },
  queue: { usage: '', summary: 'list the open support chats (agents)', isForScreen: true },
  assign: { usage: '<user|none>', summary: 'give this support chat to someone', isForScreen: true },
  close: { usage: '', summary: 'close this support chat', isForScreen: true },
  reopen: { usage: '', summary: 'open this support chat again', isForScreen: true },
  theme: { usage: '<name>', summary: 'dark, light, none or auto', isForScreen: true },
  help: { usage: '', summary: 'show the keys and commands', isForScreen: false },
  quit: { usage: '', summary: 'leave', isForScreen: false },
} as const

export type CommandName = keyof typeof COMMANDS

/** What an entered line asks for. */
export type Command =
  | { type: 'nothing' }
  | { type: 'say'; text: string }
  | { type: 'join'; chat: Chat }
  /** To list the chats that anyone may join. */
  | { type: 'browse' }
  /** A command with what follows its name; of those that take a message, which one. */
  | { type: 'run'; name: Exclude<CommandName, 'join' | 'support'>; text: string; id?: number }
  | { type: 'wrong'; message: string }

/** The commands whose message can be named by its id, first or last. */
const WITH_MESSAGE = new Set<string>([
  ...['reply', 'react', 'edit', 'delete', 'open', 'report'],
  ...['pin', 'unpin', 'thread', 'follow', 'unfollow'],
])

/** Whether a line being typed is a command that may name a message by its id. */
export function namesMessage(line: string): boolean {
  return WITH_MESSAGE.has(/^\/(\S+)/.exec(line)?.[1] ?? '')
}

/** The commands as help shows them, those that need the full screen only there. */
export function commandHelp(where: 'screen' | 'lines'): string[] {
  const shown: (readonly [string, string])[] = Object.entries(COMMANDS)
    .filter(([, { isForScreen }]) => where === 'screen' || !isForScreen)
    .map(([name, { usage, summary }]) => [`/${name} ${usage}`.trimEnd(), summary])
  shown.push(['//text', 'send a message that begins with /'])
  return shown.map(([use, summary]) => `${use.padEnd(26)} ${summary}`)
}

/** Reads an entered line: a command begins with one slash, a message with none or with two. */
export function parseCommand(line: string): Command {
  if (line.trim() === '') return { type: 'nothing' }
  if (line.startsWith('//')) return { type: 'say', text: line.slice(1) }
  if (!line.startsWith('/')) return { type: 'say', text: line }

  const [, name = '', text = ''] = /^\/(\S*)\s*(.*?)\s*$/s.exec(line) ?? []
  if (!Object.hasOwn(COMMANDS, name)) return { type: 'wrong', message: describeUnknown(name) }
  if (name === 'join' || name === 'support') return parseJoin(name, text)
  return parseRun(name as CommandName, text)
}

/** A chat as it is written: `7`, `#7`, `support#7` or `support 7`. */
export function parseChat(text: string, kind: Chat['kind'] = 'chat'): Chat | undefined {
  const [, support, digits = ''] = /^(support[# ])?\s*#?(\d+)$/.exec(text.trim()) ?? []
  const id = parseId(digits)
  if (id === undefined) return undefined
  return { kind: support === undefined ? kind : 'support', id }
}

function parseJoin(name: 'join' | 'support', text: string): Command {
  const chat = parseChat(text, name === 'support' ? 'support' : 'chat')
  if (chat) return { type: 'join', chat }
  if (name === 'join' && text === '') return { type: 'browse' }
  return { type: 'wrong', message: `/${name} takes the number of a chat: /${name} 7` }
}

function parseRun(name: CommandName, given: string): Command {
  const run = name as Exclude<CommandName, 'join' | 'support'>
  const { usage } = COMMANDS[name]
  const { id, text } = WITH_MESSAGE.has(name) ? takeId(given) : { id: undefined, text: given }
  if (usage === '' && text !== '') return { type: 'wrong', message: `/${name} takes no argument` }
  if (usage.includes('<') && text === '')
    return { type: 'wrong', message: `/${name} needs more: /${name} ${usage}` }
  return { type: 'run', name: run, text, ...(id !== undefined && { id }) }
}

/** Takes `#12` from the start or the end of a text. */
function takeId(text: string): { id: number | undefined; text: string } {
  const first = /^#(\d+)(?:\s+|$)/.exec(text)
  const last = first ? null : /(?:^|\s+)#(\d+)$/.exec(text)
  const id = parseId((first ?? last)?.[1] ?? '')
  if (id === undefined) return { id, text }
  return { id, text: first ? text.slice(first[0].length) : text.slice(0, last!.index) }
}

function describeUnknown(name: string): string {
  const meant = suggest(name, Object.keys(COMMANDS))
  const hint = meant ? `did you mean /${meant}?` : '/help lists the commands'
  return `unknown command /${name}: ${hint} (//${name} sends it as a message)`
}
