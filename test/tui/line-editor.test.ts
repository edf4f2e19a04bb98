import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_FRAME_BYTES } from '../../src/protocol/limits.ts'
import { LineEditor } from '../../src/tui/line-editor.ts'

const FAMILY = '👩‍👩‍👧'

function editorWith(text: string): LineEditor {
  const editor = new LineEditor()
  editor.insert(text)
  return editor
}

/** The text with the cursor drawn as |. */
function drawn({ text, cursor }: LineEditor): string {
  return `${text.slice(0, cursor)}|${text.slice(cursor)}`
}

const MOVES = ['left', 'right', 'home', 'end'] as const
const DELETIONS = ['backspace', 'delete', 'deleteWord', 'deleteToStart', 'deleteToEnd'] as const

describe('LineEditor', () => {
  it('the cursor always stands between two graphemes', () => {
    const segmenter = new Intl.Segmenter()
    const action = fc.oneof(
      fc.constantFrom(...MOVES, ...DELETIONS).map((name) => ({ name, text: '' })),
      fc
        .oneof(
          fc.string({ unit: 'binary', maxLength: 5 }),
          fc.constantFrom('\u0301', '\u200d', '👩', '🇩', 'a', '\r\n', '\ud800'),
        )
        .map((text) => ({ name: 'insert' as const, text })),
    )
    fc.assert(
      fc.property(fc.array(action), (actions) => {
        const editor = new LineEditor()
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

  it('backspace deletes one visible character', () => {
    const editor = editorWith(`a${FAMILY}`)
    editor.backspace()
    expect(drawn(editor)).toBe('a|')
  })

  it('delete deletes the visible character after the cursor', () => {
    const editor = editorWith(`a${FAMILY}b`)
    editor.home()
    editor.right()
    editor.delete()
    expect(drawn(editor)).toBe('a|b')
  })

  it('deleteWord deletes the word before the cursor and the spaces behind it', () => {
    const editor = editorWith('one two  ')
    editor.deleteWord()
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

  it('text that would never fit into a frame is cut off', () => {
    expect(editorWith('x'.repeat(MAX_FRAME_BYTES + 1)).text).toHaveLength(MAX_FRAME_BYTES)
  })

  it('at either end, moving and deleting beyond it changes nothing', () => {
    const editor = editorWith('a')
    editor.right()
    editor.delete()
    expect(drawn(editor)).toBe('a|')
    editor.home()
    editor.left()
    editor.backspace()
    expect(drawn(editor)).toBe('|a')
  })
})
