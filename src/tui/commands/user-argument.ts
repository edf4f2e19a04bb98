import { parseId } from '../../protocol/id.ts'
import type { CommandContext } from './command-context.ts'

type Known = Pick<CommandContext, 'data' | 'state'>

/** The user that a text names, by id (`456`) or name, with or without `@`. Throws where it names none. */
export function onlyUser(known: Known, text: string): number {
  const { user, rest } = takeUser(known, text)
  if (rest !== '') throw noUser(text)
  return user
}

/** The users that a text names one behind the other, each once. Throws where it names anything else. */
export function everyUser(known: Known, text: string): number[] {
  const users = new Set<number>()
  for (let left = text.trim(); left !== ''; ) {
    const { user, rest } = takeUser(known, left)
    users.add(user)
    left = rest.replace(/^,\s*/, '')
  }
  return [...users]
}

/** The user that a text begins with, and what stands behind. Throws where it begins with none. */
export function takeUser(
  { data, state }: Known,
  text: string,
): { readonly user: number; readonly rest: string } {
  const said = text.trim().replace(/^@/, '').normalize('NFC')
  const lower = said.toLowerCase()
  const named = [data.userId, ...data.peopleIn(state.chat)]
    .map((user) => ({ user, name: data.conversation.displayName(user) }))
    .sort((a, b) => b.name.length - a.name.length)
    .find(({ name }) => lower.startsWith(name.toLowerCase()) && isEnd(said[name.length]))
  if (named) return { user: named.user, rest: said.slice(named.name.length).trim() }
  const [word, rest = ''] = said.split(/\s+(.*)/s)
  const user = parseId(word!.replace(/,$/, ''))
  if (user === undefined) throw noUser(word!)
  return { user, rest }
}

function isEnd(letter: string | undefined): boolean {
  return letter === undefined || /[\s,]/.test(letter)
}

function noUser(text: string): Error {
  return new Error(`nobody here is called ${text}: Tab completes names, and the id does too`)
}
