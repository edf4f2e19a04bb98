import { describe, expect, it, vi } from 'vitest'
import { KeyParser } from '../../src/tui/key-parser.ts'
import { Keyboard } from '../../src/tui/keyboard.ts'
import type { PaneEntry } from '../../src/tui/pane-view.ts'

function create() {
  const entries: PaneEntry[] = Array.from({ length: 20 }, (_, index) => ({
    type: 'notice',
    text: String(index),
    createdAt: '',
  }))
  const onLine = vi.fn<(line: string) => void>()
  const onQuit = vi.fn<() => void>()
  const pane = () => ({ entries, size: { columns: 40, rows: 5 } })
  const keyboard = new Keyboard({ onLine, onQuit, pane })
  const parser = new KeyParser()
  const type = (bytes: string) => {
    for (const event of parser.feed(Buffer.from(bytes))) keyboard.press(event)
  }
  return { keyboard, type, onLine, onQuit, text: () => keyboard.getSnapshot().text }
}

describe('Keyboard', () => {
  it('enter hands over the line and empties it', () => {
    const { type, onLine, text } = create()
    type('one\rtwo\rth')
    expect(onLine.mock.calls).toEqual([['one'], ['two']])
    expect(text()).toBe('th')
  })

  it('a pasted line end is inserted and enters nothing', () => {
    const { type, onLine, text } = create()
    type('\x1b[200~one\rtwo\r\x1b[201~')
    expect(onLine).not.toHaveBeenCalled()
    expect(text()).toBe('one\ntwo\n')
  })

  it('Alt+Enter inserts a line end', () => {
    const { type, onLine } = create()
    type('one\x1b\rtwo\r')
    expect(onLine.mock.calls).toEqual([['one\ntwo']])
  })

  it.each([
    ['Ctrl-A', 'two\x01one ', 'one two'],
    ['Ctrl-E', 'one\x01\x05 two', 'one two'],
    ['Ctrl-U', 'one\x15two', 'two'],
    ['Ctrl-K', 'one\x02\x0b', 'on'],
    ['Ctrl-W', 'one two\x17', 'one '],
    ['Ctrl-D', 'one\x01\x04', 'ne'],
    ['Delete', 'one\x1b[H\x1b[3~', 'ne'],
    ['an unknown key', 'one\x07\x1bOP\t', 'one'],
  ])('%s edits the line', (_, bytes, expected) => {
    const { type, text } = create()
    type(bytes)
    expect(text()).toBe(expected)
  })

  it('up and down walk through the lines entered', () => {
    const { type, text } = create()
    type('one\rtwo\rdraft\x1b[A\x1b[A')
    expect(text()).toBe('one')
    type('\x1b[B\x1b[B')
    expect(text()).toBe('draft')
  })

  it('Ctrl-C quits, and Ctrl-D does so on an empty line', () => {
    const { type, onQuit } = create()
    type('text\x04')
    expect(onQuit).not.toHaveBeenCalled()
    type('\x15\x04')
    expect(onQuit).toHaveBeenCalledTimes(1)
    type('text\x03')
    expect(onQuit).toHaveBeenCalledTimes(2)
  })

  it('PgUp scrolls up, PgDn back, and entering a line goes to the newest', () => {
    const { type, keyboard } = create()
    type('\x1b[5~')
    expect(keyboard.getSnapshot().scroll).toMatchObject({ entry: { text: '15' } })
    type('\x1b[6~')
    expect(keyboard.getSnapshot().scroll).toBe('newest')
    type('\x1b[5~x\r')
    expect(keyboard.getSnapshot().scroll).toBe('newest')
  })

  it('every key is told to the subscribers, with a new snapshot', () => {
    const { type, keyboard } = create()
    const texts: string[] = []
    const stop = keyboard.subscribe(() => texts.push(keyboard.getSnapshot().text))
    type('ab')
    stop()
    type('c')
    expect(texts).toEqual(['a', 'ab'])
  })
})
