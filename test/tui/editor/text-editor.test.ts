import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TextEditor } from '../../../src/tui/editor/text-editor.ts'

const FAMILY = '👩‍👩‍👧'

function editorWith(text: string): TextEditor {
  const editor = new TextEditor()
  editor.insert(text)
  return editor
}

/** The text with the cursor drawn as |. */
function drawn({ text, cursor }: TextEditor): string {
  return `${text.slice(0, cursor)}|${text.slice(cursor)}`
}

const MOVES = ['left', 'right', 'lineStart', 'lineEnd', 'wordLeft', 'wordRight', 'undo'] as const
const CHANGES = [
  ...(['deleteLeft', 'deleteRight', 'deleteWordLeft', 'deleteWordRight'] as const),
  ...(['deleteToStart', 'deleteToEnd', 'yank', 'transpose'] as const),
]

describe('TextEditor', () => {
  it('the cursor always stands between two graphemes', () => {
    const segmenter = new Intl.Segmenter()
    const action = fc.oneof(
      fc.constantFrom(...MOVES, ...CHANGES).map((name) => ({ name, text: '' })),
      fc
        .oneof(
          fc.string({ unit: 'binary', maxLength: 5 }),
          fc.constantFrom('\u0301', '\u200d', '👩', '🇩', 'a', '\r\n', '\ud800'),
        )
        .map((text) => ({ name: 'insert' as const, text })),
    )
    fc.assert(
      fc.property(fc.array(action), (actions) => {
        const editor = new TextEditor()
        for (const { name, text } of actions) editor[name](text)
        const { text, cursor } = editor
        const starts = Array.from(segmenter.segment(text), ({ index }) => index)
        expect([...starts, text.length]).toContain(cursor)
      }),
      { numRuns: 200 },
    )
  })

  it('left and right pass one visible character at a time', () => {
    const editor = editorWith(`a${FAMILY}é`)
    editor.left()
    editor.left()
    expect(drawn(editor)).toBe(`a|${FAMILY}é`)
    editor.right()
    expect(drawn(editor)).toBe(`a${FAMILY}|é`)
  })

  it('deleteLeft deletes one visible character', () => {
    const editor = editorWith(`a${FAMILY}`)
    editor.deleteLeft()
    expect(drawn(editor)).toBe('a|')
  })

  it('deleteRight deletes the visible character after the cursor', () => {
    const editor = editorWith(`a${FAMILY}b`)
    editor.lineStart()
    editor.right()
    editor.deleteRight()
    expect(drawn(editor)).toBe('a|b')
  })

  it('deleteWordLeft deletes the word before the cursor and the spaces behind it', () => {
    const editor = editorWith('one two  ')
    editor.deleteWordLeft()
    expect(drawn(editor)).toBe('one |')
  })

  it('deleteToStart and deleteToEnd delete either side of the cursor', () => {
    const before = editorWith('onetwo')
    for (let i = 0; i < 3; i++) before.left()
    before.deleteToEnd()
    expect(drawn(before)).toBe('one|')
    const after = editorWith('onetwo')
    for (let i = 0; i < 3; i++) after.left()
    after.deleteToStart()
    expect(drawn(after)).toBe('|two')
  })

  it('pasted line ends stay, tabs become spaces, and other controls vanish', () => {
    expect(editorWith('a\r\nb\rc\td\x1b[A\u202e').text).toBe('a\nb\nc d[A')
  })

  it('lines have starts and ends of their own, and deleteToEnd joins a line with the next', () => {
    const editor = editorWith('one\ntwo\nthree')
    editor.moveTo(5)
    editor.lineStart()
    expect(drawn(editor)).toBe('one\n|two\nthree')
    editor.lineEnd()
    editor.deleteToEnd()
    expect(drawn(editor)).toBe('one\ntwo|three')
  })

  it('words are passed and cut in both directions, and what was cut comes back', () => {
    const editor = editorWith('one two three')
    editor.wordLeft()
    editor.wordLeft()
    editor.deleteWordRight()
    expect(drawn(editor)).toBe('one | three')
    editor.lineEnd()
    editor.yank()
    expect(drawn(editor)).toBe('one  threetwo|')
  })

  it('transpose swaps the characters around the cursor, and the last two at the end', () => {
    const editor = editorWith(`a${FAMILY}`)
    editor.transpose()
    expect(drawn(editor)).toBe(`${FAMILY}a|`)
  })

  it('undo takes back a word typed, a paste and a deletion, one at a time', () => {
    const editor = new TextEditor()
    for (const letter of 'one') editor.insert(letter)
    editor.insert(' pasted text')
    editor.deleteWordLeft()
    editor.undo()
    expect(editor.text).toBe('one pasted text')
    editor.undo()
    expect(editor.text).toBe('one')
    editor.undo()
    expect(drawn(editor)).toBe('|')
  })

  it('what was sent cannot be undone', () => {
    const editor = editorWith('sent')
    editor.clear()
    editor.undo()
    expect(editor.text).toBe('')
  })

  it('holds a pasted megabyte, and edits it', () => {
    const editor = editorWith('paste '.repeat(170_000))
    editor.insert('end')
    editor.left()
    editor.deleteWordLeft()
    expect(editor.text).toHaveLength(1_020_001)
  })

  it('at either end, moving and deleting beyond it changes nothing', () => {
    const editor = editorWith('a')
    editor.right()
    editor.deleteRight()
    expect(drawn(editor)).toBe('a|')
    editor.lineStart()
    editor.left()
    editor.deleteLeft()
    expect(drawn(editor)).toBe('|a')
  })
})
