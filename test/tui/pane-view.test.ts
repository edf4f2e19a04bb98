import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PendingMessage } from '../../src/tui/chat-state.ts'
import { moveScroll, type PaneEntry, paneLines, type Scroll } from '../../src/tui/pane-view.ts'

const NOON = new Date(2024, 0, 1, 12, 0, 0).toISOString()
const SIZE = { columns: 30, rows: 3 }

const message = (content: string, offset = 1): PaneEntry => ({
  type: 'message',
  senderId: 2,
  content,
  createdAt: NOON,
  generation: 1,
  offset,
})
const messages = (count: number) =>
  Array.from({ length: count }, (_, index) => message(`m${index + 1}`, index + 1))

const drawn = (entries: PaneEntry[], scroll: Scroll = 'newest', size = SIZE) =>
  paneLines(entries, scroll, size).map(({ text }) => text)
const contents = (entries: PaneEntry[], scroll: Scroll) =>
  drawn(entries, scroll).map((line) => line.replace('12:00 <2> ', ''))

describe('paneLines', () => {
  it('shows the newest lines that fit, newest last', () => {
    expect(contents(messages(5), 'newest')).toEqual(['m3', 'm4', 'm5'])
  })

  it('long and many-lined messages are indented below their time', () => {
    const entry = message('one two three four five\nsix')
    expect(drawn([entry], 'newest', { columns: 30, rows: 9 })).toEqual([
      '12:00 <2> one two three four',
      '      five',
      '      six',
    ])
  })

  it('control sequences in a message are drawn as marks', () => {
    expect(drawn([message('\x1b[2J')])).toEqual(['12:00 <2> ␛[2J'])
  })

  it('pending messages and notices are told apart by their text', () => {
    const pending: PendingMessage = {
      type: 'pending',
      chat: { kind: 'chat', id: 1 },
      senderId: 1,
      content: 'hi',
      createdAt: NOON,
    }
    const notice: PaneEntry = { type: 'notice', text: 'lost', createdAt: NOON }
    expect(drawn([notice, pending])).toEqual(['12:00 * lost', '12:00 <1> hi (sending …)'])
  })
})

describe('moveScroll', () => {
  const up = (entries: PaneEntry[], scroll: Scroll, count: number) =>
    moveScroll(entries, scroll, -count, SIZE)

  it('what is shown stays when entries are added after and before it', () => {
    const entries = messages(9)
    const scroll = up(entries, 'newest', 2)
    const before = contents(entries, scroll)
    expect(before).toEqual(['m5', 'm6', 'm7'])
    expect(contents([...entries, message('later')], scroll)).toEqual(before)
    expect(contents([message('earlier'), ...entries], scroll)).toEqual(before)
  })

  it('stops where the oldest line is at the top', () => {
    const entries = messages(5)
    expect(contents(entries, up(entries, 'newest', 100))).toEqual(['m1', 'm2', 'm3'])
  })

  it('a pane that shows everything does not scroll', () => {
    expect(up(messages(2), 'newest', 5)).toBe('newest')
    expect(up([], 'newest', 5)).toBe('newest')
  })

  it('reaching the newest line follows new messages again', () => {
    const entries = messages(9)
    const scroll = up(entries, 'newest', 4)
    expect(moveScroll(entries, scroll, 4, SIZE)).toBe('newest')
    expect(moveScroll(entries, scroll, 100, SIZE)).toBe('newest')
  })

  it('when the entry scrolled to is gone, the oldest lines are shown', () => {
    const entries = messages(9)
    const scroll = up(entries, 'newest', 6)
    expect(contents(entries.slice(4), scroll)).toEqual(['m5', 'm6', 'm7'])
  })

  it('going up and down by the same number of lines shows the same', () => {
    const lines = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(lines, fc.nat(30), fc.nat(30), (lineCounts, first, second) => {
        const entries = lineCounts.map((count, index) =>
          message(Array.from({ length: count }, (_, line) => `${index}.${line}`).join('\n')),
        )
        const total = lineCounts.reduce((sum, count) => sum + count, 0)
        const room = Math.max(0, total - SIZE.rows)
        const a = Math.min(first, room)
        const b = Math.min(second, room - a)
        const there = up(entries, 'newest', a)
        const back = moveScroll(entries, up(entries, there, b), b, SIZE)
        expect(drawn(entries, back)).toEqual(drawn(entries, there))
        expect(drawn(entries, there)).toHaveLength(Math.min(total, SIZE.rows))
      }),
    )
  })
})
