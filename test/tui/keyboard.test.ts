import { describe, expect, it, vi } from 'vitest'
import { Keyboard, type ScreenAction } from '../../src/tui/keyboard.ts'
import { KeyMap } from '../../src/tui/keys/key-map.ts'
import { KeyParser } from '../../src/tui/keys/key-parser.ts'

function create({ onUp = (): boolean => false, isSent = true } = {}) {
  const onEnter = vi.fn<(text: string) => boolean>(() => isSent)
  const onAction = vi.fn<(action: ScreenAction) => void>()
  const onType = vi.fn<() => void>()
  const keyboard = new Keyboard({
    keyMap: new KeyMap(),
    sources: {
      userIds: () => [456, 455, 7],
      nameOf: String,
      paths: () => [],
      chatLabels: () => ['1', '12', 'support#3'],
    },
    columns: () => 20,
    ...{ onEnter, onUp, onType, onAction },
  })
  const parser = new KeyParser()
  const type = (bytes: string) => {
    for (const event of parser.feed(Buffer.from(bytes)))
      if (event.type === 'key') keyboard.press(event)
      else if ('text' in event) keyboard.insert(event.text)
  }
  return { keyboard, type, onEnter, onAction, onType, text: () => keyboard.editor.text }
}

describe('Keyboard', () => {
  it('enter hands over the text and empties it', () => {
    const { type, onEnter, text } = create()
    type('one\rtwo\rth')
    expect(onEnter.mock.calls).toEqual([['one'], ['two']])
    expect(text()).toBe('th')
  })

  it('a text that could not be sent stays', () => {
    const { type, text } = create({ isSent: false })
    type('one\r')
    expect(text()).toBe('one')
  })

  it('a pasted line end is inserted and enters nothing', () => {
    const { type, onEnter, text } = create()
    type('\x1b[200~one\rtwo\r\x1b[201~')
    expect(onEnter).not.toHaveBeenCalled()
    expect(text()).toBe('one\ntwo\n')
  })

  it.each(['\x1b\r', '\n', '\x1b[13;2u'])('%j inserts a line end', (bytes) => {
    const { type, onEnter } = create()
    type(`one${bytes}two\r`)
    expect(onEnter.mock.calls).toEqual([['one\ntwo']])
  })

  it.each([
    ['Ctrl-A', 'two\x01one ', 'one two'],
    ['Ctrl-E', 'one\x01\x05 two', 'one two'],
    ['Ctrl-U', 'one\x15two', 'two'],
    ['Ctrl-K', 'one\x02\x0b', 'on'],
    ['Ctrl-W', 'one two\x17', 'one '],
    ['Ctrl-W, Ctrl-Y', 'one two\x17\x19\x19', 'one twotwo'],
    ['Alt-B, Alt-D', 'one two\x1bb\x1bd', 'one '],
    ['Ctrl-T', 'oen\x14', 'one'],
    ['Ctrl-_', 'one\x17\x1f', 'one'],
    ['Ctrl-D', 'one\x01\x04', 'ne'],
    ['Delete', 'one\x1b[H\x1b[3~', 'ne'],
    ['an unknown key', 'one\x07\x1b[19~', 'one'],
  ])('%s edits the text', (_, bytes, expected) => {
    const { type, text } = create()
    type(bytes)
    expect(text()).toBe(expected)
  })

  it('up and down walk through what was entered, and the unfinished line is not lost', () => {
    const { type, text } = create()
    type('one\rtwo\rdraft\x1b[A\x1b[A')
    expect(text()).toBe('one')
    type('\x1b[B\x1b[B')
    expect(text()).toBe('draft')
  })

  it('up and down move in a text of several lines, and keep to their column', () => {
    const { keyboard, type } = create()
    type('a long line\nb\nthird line')
    type('\x1b[A\x1b[A')
    expect(keyboard.editor.cursor).toBe(10)
    type('\x1b[B')
    expect(keyboard.editor.cursor).toBe(13)
    type('\x1b[B')
    expect(keyboard.editor.cursor).toBe(24)
  })

  it('up on an empty line first asks whether there is something to edit', () => {
    const onUp = vi.fn(() => true)
    const { type, text } = create({ onUp })
    type('one\r\x1b[A')
    expect(onUp).toHaveBeenCalledTimes(1)
    expect(text()).toBe('')
  })

  it('Ctrl-C quits, and Ctrl-D does so on an empty line', () => {
    const { type, onAction } = create()
    type('text\x04')
    expect(onAction).not.toHaveBeenCalled()
    type('\x15\x04')
    type('text\x03')
    expect(onAction.mock.calls).toEqual([['quit'], ['quit']])
  })

  it.each([
    ['\x1b[5~', 'page-up'],
    ['\x1ba', 'next-unread'],
    ['\x1b[1;3A', 'select-up'],
    ['\x18\x05', 'open-editor'],
    ['\x1a', 'suspend'],
  ])('%j is the action %s', (bytes, action) => {
    const { type, onAction } = create()
    type(bytes)
    expect(onAction.mock.calls).toEqual([[action]])
  })

  it('Tab completes commands, names, chats and emoji', () => {
    const { keyboard, type, text } = create()
    type('/who\t')
    expect(keyboard.completion?.labels).toEqual(['/who', '/whois'])
    type('\t')
    expect(text()).toBe('/whois ')
    type('7\t\x15@45\t')
    expect(text()).toBe('@456 ')
    type('\x1b[Z')
    expect(text()).toBe('@455 ')
    type('\x15/join su\t')
    expect(text()).toBe('/join support#3')
    type('\x15so :thumbs_u\t')
    expect(text()).toBe('so 👍 ')
  })

  it('every change of the text is told', () => {
    const { type, onType } = create()
    type('ab\x7f\x1b[D')
    expect(onType).toHaveBeenCalledTimes(2)
  })
})
