import { suggest } from '../../protocol/suggestion.ts'
import { ACTIONS, type Action, DEFAULT_KEYS } from './actions.ts'
import type { Key } from './key.ts'

/** Key, or keys one after the other → its action, or null for none. */
export type KeyChanges = Readonly<Record<string, string | null>>

const HELD = ['ctrl', 'alt', 'shift']

const NAMED = new Set([
  ...['up', 'down', 'left', 'right', 'home', 'end', 'pageUp', 'pageDown', 'insert', 'delete'],
  ...['enter', 'tab', 'backspace', 'escape', 'space'],
  ...Array.from({ length: 12 }, (_, index) => `f${index + 1}`),
])

/** Which key does what; knows of keys that follow one another (`ctrl+x ctrl+e`). */
export class KeyMap {
  readonly #keys: ReadonlyMap<string, Action>
  /** The keys pressed so far of a longer one. */
  #begun = ''

  constructor(changes: KeyChanges = {}) {
    const keys = new Map<string, Action>(Object.entries(DEFAULT_KEYS))
    for (const [key, action] of Object.entries(changes))
      if (action === null) keys.delete(key)
      else keys.set(key, action as Action)
    this.#keys = keys
  }

  /** What this key now does; undefined for nothing, or not yet. */
  press(key: Key): Action | undefined {
    const keys = this.#begun === '' ? keyName(key) : `${this.#begun} ${keyName(key)}`
    const action = this.#keys.get(keys)
    const isBegun =
      action === undefined && [...this.#keys.keys()].some((one) => one.startsWith(`${keys} `))
    this.#begun = isBegun ? keys : ''
    return action
  }

  /** Whether the keys pressed so far are the beginning of a longer one. */
  get isBegun(): boolean {
    return this.#begun !== ''
  }

  /** The keys of an action, those of the key map's own first. */
  keysOf(action: Action): string[] {
    return [...this.#keys].filter(([, one]) => one === action).map(([keys]) => keys)
  }
}

/** How a key is written in a key map: `ctrl+alt+x`. */
export function keyName({ name, ctrl, alt, shift }: Key): string {
  return `${ctrl ? 'ctrl+' : ''}${alt ? 'alt+' : ''}${shift ? 'shift+' : ''}${name}`
}

/** What is wrong in a key map, each problem in words. */
export function findKeyProblems(changes: KeyChanges): string[] {
  return Object.entries(changes).flatMap(([keys, action]) => {
    const problems = keys.split(' ').flatMap((key) => {
      const problem = findKeyProblem(key)
      return problem === undefined ? [] : [`${JSON.stringify(keys)}: ${problem}`]
    })
    if (action !== null && !Object.hasOwn(ACTIONS, action)) {
      const meant = suggest(action, Object.keys(ACTIONS))
      const hint = meant === undefined ? '' : `; did you mean ${meant}?`
      problems.push(`${JSON.stringify(keys)}: there is no action ${JSON.stringify(action)}${hint}`)
    }
    return problems
  })
}

function findKeyProblem(key: string): string | undefined {
  const parts = key.split('+')
  // `ctrl++` is Ctrl and the plus key.
  const name = key.endsWith('+') ? '+' : parts.pop()!
  const held = parts.filter((part) => part !== '')
  const unknown = held.find((part) => !HELD.includes(part))
  if (unknown !== undefined) return `there is no key to hold called ${JSON.stringify(unknown)}`
  const inOrder = HELD.filter((part) => held.includes(part))
  if (inOrder.join('+') !== held.join('+')) return `write it as ${[...inOrder, name].join('+')}`
  if (NAMED.has(name)) return undefined
  if ([...name].length !== 1) return `there is no key called ${JSON.stringify(name)}`
  return held.length === 0 ? 'a character alone is text: hold ctrl or alt' : undefined
}
