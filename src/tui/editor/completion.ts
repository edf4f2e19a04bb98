import {
  type Candidate,
  type Completion,
  completeEmoji,
  completeMention,
  type CompletionSources as PeopleSources,
  usersLike,
} from '../../view/completion.ts'
import { COMMANDS } from '../commands/command-line.ts'
import { findEmoji } from './emoji.ts'

/** What is known of the chat that text is written to. */
export interface CompletionSources extends PeopleSources {
  /** Chats as `/join` takes them. */
  chatLabels(): readonly string[]
  /** Paths of files that begin so. */
  paths(begun: string): readonly string[]
}

/** More than this are not listed. */
const MAX_CANDIDATES = 50

/** The commands that name a user. */
const TAKES_USER = new Set([
  ...['whois', 'assign', 'dm', 'invite', 'kick', 'role', 'mute', 'unmute'],
  ...['ban', 'unban', 'block', 'unblock'],
])

/** Command → the words that it takes. */
const WORDS_OF: Readonly<Record<string, readonly string[]>> = {
  theme: ['dark', 'light', 'none', 'auto'],
  notify: ['all', 'mentions', 'none'],
  visibility: ['public', 'private'],
}

/** No path is longer, in UTF-16 code units. */
const MAX_PATH = 4_096

/** Ways to complete the word before the cursor: commands, names (`@12`), emoji (`:thu`), chats. */
export function completeAt(
  text: string,
  cursor: number,
  sources: CompletionSources,
): Completion | undefined {
  const path = /^\/upload\s+(.*)$/s.exec(text.slice(0, Math.min(cursor, MAX_PATH)))?.[1]
  if (path !== undefined) return completion(cursor - path.length, plain(sources.paths(path)))
  const before = text.slice(Math.max(0, cursor - 256), cursor)
  const word = /\S*$/.exec(before)![0]
  const start = cursor - word.length
  return completion(start, candidatesFor(word, before.trimStart(), start === 0, sources))
}

function completion(start: number, candidates: readonly Candidate[]): Completion | undefined {
  return candidates.length === 0 ? undefined : { start, candidates }
}

function candidatesFor(
  word: string,
  before: string,
  isFirst: boolean,
  sources: CompletionSources,
): Candidate[] {
  if (isFirst && word.startsWith('/')) return completeCommand(word.slice(1))
  const command = /^\/(\S+)\s/.exec(before)?.[1]
  if (command === 'join' || command === 'support')
    return plain(sources.chatLabels().filter((label) => label.includes(word.replace(/^#/, ''))))
  if (command === 'react') return completeEmoji(word.replace(/^:/, ''), findEmoji)
  if (command !== undefined && TAKES_USER.has(command) && word !== '' && !word.startsWith('@'))
    return plain(usersLike(word, sources).map((id) => `${sources.nameOf(id)} `))
  const words = WORDS_OF[command ?? '']
  if (words) return plain(words.filter((name) => name.startsWith(word)))
  if (/^:[a-z0-9_+-]+$/.test(word)) return completeEmoji(word.slice(1), findEmoji)
  if (/^(?:@.*|\d+)$/su.test(word)) return completeMention(word.replace('@', ''), sources)
  return []
}

function completeCommand(begun: string): Candidate[] {
  return Object.entries(COMMANDS)
    .filter(([name]) => name.startsWith(begun))
    .map(([name, { usage }]) => ({
      text: `/${name}${usage === '' ? '' : ' '}`,
      label: `/${name}`,
    }))
}

function plain(texts: readonly string[]): Candidate[] {
  return texts.slice(0, MAX_CANDIDATES).map((text) => ({ text, label: text.trim() }))
}
