import type { Chat } from '../../protocol/chat.ts'
import { parseId } from '../../protocol/id.ts'
import { suggest } from '../../protocol/suggestion.ts'

/** Command → its arguments and what it does. `isForScreen`: it needs the full screen. */
export const COMMANDS = {
  join: { usage: '<chat>', summary: 'go to a chat', isForScreen: false },
  support: { usage: '<chat>', summary: 'go to a support chat', isForScreen: false },
  next: { usage: '', summary: 'go to the next chat with unread messages', isForScreen: true },
  chats: { usage: '', summary: 'list your chats', isForScreen: true },
  who: { usage: '', summary: 'list who is online, and who was', isForScreen: true },
  whois: { usage: '<user>', summary: 'show what is known of a user', isForScreen: true },
  reply: { usage: '[#id] [text]', summary: 'answer a message', isForScreen: true },
  react: { usage: '<emoji> [#id]', summary: 'react, or take it back', isForScreen: true },
  edit: { usage: '[#id] [text]', summary: 'change a message of yours', isForScreen: true },
  delete: { usage: '[#id]', summary: 'delete a message of yours', isForScreen: true },
  older: { usage: '', summary: 'show older messages', isForScreen: true },
  choose: { usage: '<number>', summary: 'choose from the list shown last', isForScreen: true },
  search: { usage: '<words>', summary: 'find messages in all chats', isForScreen: true },
  mark: { usage: '', summary: 'move the read marker here', isForScreen: true },
  mute: {
    usage: '',
    summary: 'count and announce nothing of this chat, or again',
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
  /** A command with what follows its name; of those that take a message, which one. */
  | { type: 'run'; name: Exclude<CommandName, 'join' | 'support'>; text: string; id?: number }
  | { type: 'wrong'; message: string }

/** The commands whose message can be named by its id, first or last. */
const WITH_MESSAGE = new Set<string>(['reply', 'react', 'edit', 'delete', 'open'])

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
  return shown.map(([use, summary]) => `${use.padEnd(22)} ${summary}`)
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
