import { parseId } from '../protocol/id.ts'
import { suggest } from '../protocol/suggestion.ts'
import type { ChatRef } from './chat-ref.ts'

/** What an entered line asks for. */
export type Command =
  | { type: 'nothing' }
  | { type: 'say'; text: string }
  | { type: 'join'; chat: ChatRef }
  | { type: 'help' }
  | { type: 'quit' }
  | { type: 'wrong'; message: string }

const NAMES = ['join', 'support', 'help', 'quit']

/** The lines that `/help` shows. */
export const COMMAND_HELP = [
  '/join <chat>     go to a chat',
  '/support <chat>  go to a support chat',
  '/help            show this',
  '/quit            leave',
  '//text           send a message that begins with /',
]

/** Reads an entered line: a command begins with one slash, a message with none or with two. */
export function parseCommand(line: string): Command {
  if (line.trim() === '') return { type: 'nothing' }
  if (line.startsWith('//')) return { type: 'say', text: line.slice(1) }
  if (!line.startsWith('/')) return { type: 'say', text: line }

  const [name = '', ...args] = line.slice(1).trim().split(/\s+/)
  switch (name) {
    case 'join':
      return parseJoin('chat', name, args)
    case 'support':
      return parseJoin('support', name, args)
    case 'help':
    case 'quit':
      return args.length === 0
        ? { type: name }
        : { type: 'wrong', message: `/${name} takes no argument` }
    default:
      return { type: 'wrong', message: describeUnknown(name) }
  }
}

function parseJoin(kind: ChatRef['kind'], name: string, args: string[]): Command {
  const [text = ''] = args
  const id = parseId(text.replace(/^#/, ''))
  if (id !== undefined && args.length === 1) return { type: 'join', chat: { kind, id } }
  return { type: 'wrong', message: `/${name} takes the number of a chat: /${name} 7` }
}

function describeUnknown(name: string): string {
  const meant = suggest(name, NAMES)
  const hint = meant ? `did you mean /${meant}?` : '/help lists the commands'
  return `unknown command /${name}: ${hint} (//${name} sends it as a message)`
}
