import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stripMarks } from '../../../src/tui/pane/marked-text.ts'
import type { Notice, PaneEntry } from '../../../src/tui/pane/pane-entry.ts'
import { type PaneContent, PaneView, type Scroll } from '../../../src/tui/pane/pane-view.ts'
import type { PendingMessage } from '../../../src/view/draft.ts'
import { message, NOON } from './message.ts'

const SIZE = { columns: 31, rows: 3 }

const messages = (count: number, from = 1) =>
  Array.from({ length: count }, (_, index) => message(from + index, `m${from + index}`))

function content(entries: PaneEntry[], more: Partial<PaneContent> = {}): PaneContent {
  const contextOf = () => ({
    userId: 1,
    repliedTo: undefined,
    receipt: '',
    isOpen: true,
    isSelected: false,
    mentions: ['@1'],
    nameOf: String,
  })
  return { entries, readId: 0, contextOf, ...more }
}

const viewOf = (entries: PaneEntry[], size = SIZE) => new PaneView(content(entries), size)
const drawn = (entries: PaneEntry[], scroll: Scroll = 'newest', size = SIZE) =>
  viewOf(entries, size)
    .lines(scroll)
    .map(({ text }) => stripMarks(text))
const contents = (entries: PaneEntry[], scroll: Scroll) =>
  drawn(entries, scroll).map((line) => line.replace(' 12:00 <2> ', ''))
const up = (entries: PaneEntry[], scroll: Scroll, count: number) =>
  viewOf(entries).move(scroll, -count)

describe('PaneView.lines', () => {
  it('shows the newest lines that fit, newest last', () => {
    expect(contents(messages(5), 'newest')).toEqual(['m3', 'm4', 'm5'])
  })

  it('long and many-lined messages are indented below their time', () => {
    const entry = message(1, 'one two three four five\nsix')
    expect(drawn([entry], 'newest', { columns: 31, rows: 3 })).toEqual([
      ' 12:00 <2> one two three four',
      '       five',
      '       six',
    ])
  })

  it('control sequences in a message are drawn as marks', () => {
    expect(drawn([message(1, '\x1b[2J')]).at(-1)).toBe(' 12:00 <2> ␛[2J')
  })

  it('a day begins with its date', () => {
    const entries = [message(1, 'a'), message(2, 'b', { created_at: '2024-01-03T12:00:00.000Z' })]
    expect(drawn(entries, 'newest', { columns: 31, rows: 4 }).map((line) => line.trim())).toEqual([
      '─────── Mon 2024-01-01 ────────',
      '12:00 <2> a',
      '─────── Wed 2024-01-03 ────────',
      expect.stringContaining('<2> b'),
    ])
  })

  it('a line stands above the first message that was not read', () => {
    const view = new PaneView(content(messages(3), { readId: 2 }), { columns: 20, rows: 3 })
    expect(view.lines('newest').map(({ text }) => stripMarks(text))[1]).toBe('─────── new ────────')
    const all = new PaneView(content(messages(3), { readId: 3 }), { columns: 20, rows: 3 })
    expect(
      all
        .lines('newest')
        .map(({ text }) => stripMarks(text))
        .join(),
    ).not.toContain('new')
  })

  it('edits, deletions, replies, files and reactions are told in words and marks', () => {
    const answered = message(1, 'the question')
    const entries = [
      message(2, 'new words', { edited_at: NOON }),
      message(3, '', { deleted_at: NOON }),
      message(4, 'an answer', { reply_to: 1 }),
      message(5, 'see', { file_paths: '/uploads/a.png' }),
      message(6, 'fine', { reactions: [{ emoji: '👍', userIds: [2, 1] }] }),
    ]
    const shown = content(entries)
    const contextOf = (entry: PaneEntry) => ({ ...shown.contextOf(entry), repliedTo: answered })
    const view = new PaneView({ ...shown, contextOf }, { columns: 60, rows: 8 })
    expect(view.lines('newest').map(({ text }) => stripMarks(text).trim())).toEqual([
      '12:00 <2> new words (edited)',
      '12:00 <2> (deleted)',
      '┌ <2> the question',
      '12:00 <2> an answer',
      '12:00 <2> see',
      '📎 file: /uploads/a.png (/open)',
      '12:00 <2> fine',
      '[👍 2]',
    ])
  })

  it('pending messages and notices are told apart by their text', () => {
    const pending: PendingMessage = {
      type: 'pending',
      clientId: 'a',
      sender_id: 1,
      content: 'hi',
      created_at: NOON,
      state: 'sending',
    }
    const notice: Notice = { type: 'notice', text: 'lost', created_at: NOON }
    expect(drawn([notice, pending]).slice(1)).toEqual([
      ' 12:00 * lost',
      ' 12:00 <1> hi (sending …)',
    ])
  })
})

describe('PaneView.move', () => {
  it('what is shown stays when messages are added after and before it', () => {
    const entries = messages(9, 10)
    const scroll = up(entries, 'newest', 2)
    const before = contents(entries, scroll)
    expect(before).toEqual(['m14', 'm15', 'm16'])
    expect(contents([...entries, message(30, 'later')], scroll)).toEqual(before)
    expect(contents([...messages(9), ...entries], scroll)).toEqual(before)
  })

  it('older messages of the same day take the date away above, and move nothing', () => {
    const entries = messages(5, 10)
    const scroll = viewOf(entries).top()
    const before = drawn(entries, scroll)
    expect(before[0]).toContain('2024-01-01')
    expect(drawn([...messages(3), ...entries], scroll).slice(1)).toEqual(before.slice(1))
  })

  it('what is shown stays when a message is edited', () => {
    const entries = messages(9)
    const scroll = up(entries, 'newest', 2)
    const changed = entries.map((one) => (one.id === 7 ? message(7, 'changed') : one))
    expect(contents(changed, scroll)).toEqual(['m5', 'm6', 'changed'])
  })

  it('stops where the oldest line is at the top', () => {
    const entries = messages(5)
    const top = up(entries, 'newest', 100)
    expect(contents(entries, top).slice(1)).toEqual(['m1', 'm2'])
    expect(viewOf(entries).isAtTop(top)).toBe(true)
    expect(viewOf(entries).isAtTop('newest')).toBe(false)
  })

  it('a pane that shows everything does not scroll', () => {
    expect(up(messages(2), 'newest', 5)).toBe('newest')
    expect(up([], 'newest', 5)).toBe('newest')
  })

  it('reaching the newest line follows new messages again', () => {
    const entries = messages(9)
    const scroll = up(entries, 'newest', 4)
    expect(viewOf(entries).move(scroll, 4)).toBe('newest')
    expect(viewOf(entries).move(scroll, 100)).toBe('newest')
  })

  it('the messages below are counted', () => {
    const entries = messages(9)
    expect(viewOf(entries).messagesBelow(up(entries, 'newest', 4))).toBe(4)
    expect(viewOf(entries).messagesBelow('newest')).toBe(0)
  })

  it('when the message scrolled to is gone, the oldest lines are shown', () => {
    const entries = messages(9)
    const scroll = up(entries, 'newest', 6)
    expect(contents(entries.slice(4), scroll).slice(1)).toEqual(['m5', 'm6'])
  })

  it('a message is shown in the middle', () => {
    const entries = messages(9)
    expect(contents(entries, viewOf(entries).centre(4))).toEqual(['m4', 'm5', 'm6'])
  })

  it('going up and down by the same number of lines shows the same', () => {
    const lines = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(lines, fc.nat(30), fc.nat(30), (lineCounts, first, second) => {
        const entries = lineCounts.map((count, index) =>
          message(
            index + 1,
            Array.from({ length: count }, (_, line) => `${index}.${line}`).join('\n'),
          ),
        )
        const total = lineCounts.reduce((sum, count) => sum + count, 0) + 1
        const room = Math.max(0, total - SIZE.rows)
        const a = Math.min(first, room)
        const b = Math.min(second, room - a)
        const there = up(entries, 'newest', a)
        const back = viewOf(entries).move(up(entries, there, b), b)
        expect(drawn(entries, back)).toEqual(drawn(entries, there))
        expect(drawn(entries, there)).toHaveLength(Math.min(total, SIZE.rows))
      }),
    )
  })
})
