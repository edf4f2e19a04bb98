import { describe, expect, it } from 'vitest'
import { ACTIONS, DEFAULT_KEYS } from '../../../src/tui/keys/actions.ts'
import { findKeyProblems, KeyMap } from '../../../src/tui/keys/key-map.ts'

const key = (name: string, held: { ctrl?: true; alt?: true } = {}) => ({
  type: 'key' as const,
  name,
  ctrl: false,
  alt: false,
  shift: false,
  ...held,
})

describe('KeyMap', () => {
  it('every action has a key, and every default key is written as key maps are', () => {
    expect(new Set(Object.values(DEFAULT_KEYS))).toEqual(new Set(Object.keys(ACTIONS)))
    expect(findKeyProblems(DEFAULT_KEYS)).toEqual([])
  })

  it('changes replace a key, take one away, and leave the others', () => {
    const map = new KeyMap({ 'ctrl+r': 'next-unread', 'alt+a': null })
    expect(map.press(key('r', { ctrl: true }))).toBe('next-unread')
    expect(map.press(key('a', { alt: true }))).toBeUndefined()
    expect(map.press(key('enter'))).toBe('send')
    expect(map.keysOf('next-unread')).toEqual(['ctrl+r'])
  })

  it('keys that follow one another do something together, and nothing with another between', () => {
    const map = new KeyMap()
    expect(map.press(key('x', { ctrl: true }))).toBeUndefined()
    expect(map.press(key('e', { ctrl: true }))).toBe('open-editor')
    map.press(key('x', { ctrl: true }))
    expect(map.press(key('up'))).toBeUndefined()
    expect(map.press(key('e', { ctrl: true }))).toBe('line-end')
  })
})

describe('findKeyProblems', () => {
  it.each([
    [{ 'hyper+x': 'send' }, 'no key to hold called "hyper"'],
    [{ 'alt+ctrl+x': 'send' }, 'write it as ctrl+alt+x'],
    [{ 'ctrl+entr': 'send' }, 'no key called "entr"'],
    [{ x: 'send' }, 'a character alone is text'],
    [{ 'ctrl+r': 'next-unraed' }, 'did you mean next-unread?'],
  ])('%j is told', (changes, problem) => {
    expect(findKeyProblems(changes).join()).toContain(problem)
  })
})
