import fc from 'fast-check'
import stringWidth from 'string-width'
import { afterEach, describe, expect, it } from 'vitest'
import type { PaneEntry } from '../../../src/tui/pane/pane-entry.ts'
import { sanitizeLine } from '../../../src/tui/sanitize.ts'
import { ScreenPainter } from '../../../src/tui/screen/screen-painter.ts'
import { resolveTheme } from '../../../src/tui/screen/theme.ts'
import type { ScreenModel } from '../../../src/tui/screen-model.ts'
import { message } from '../pane/message.ts'
import { VirtualScreen } from './virtual-screen.ts'

const painters: ScreenPainter[] = []

afterEach(() => {
  for (const painter of painters.splice(0)) painter.close()
})

function create(columns: number, rows: number) {
  const screen = new VirtualScreen(columns, rows)
  const painter = new ScreenPainter(screen.write, resolveTheme('none', {}))
  painters.push(painter)
  return { screen, painter }
}

function model(entries: PaneEntry[] = [], more: Partial<ScreenModel> = {}): ScreenModel {
  const contextOf = () => ({
    userId: 123,
    repliedTo: undefined,
    receipt: '',
    isOpen: true,
    isSelected: false,
    mentions: [],
    nameOf: String,
  })
  const chat = (id: number, unread = 0, mentions = 0) => ({
    chat: { kind: 'chat' as const, id },
    title: `#${id}`,
    isChosen: id === 1,
    isMuted: id === 3,
    unread,
    mentions,
  })
  return {
    userId: 123,
    title: 'chatws #1 | user 123',
    users: [
      { id: 123, name: '123', isIdle: false, connections: 2 },
      { id: 456, name: '456', isIdle: true, connections: 1 },
    ],
    chats: [chat(1), chat(2, 12, 1), chat(3, 5)],
    pane: { entries, readId: 0, contextOf },
    scroll: 'newest',
    overlay: undefined,
    hints: '456 is typing …',
    status: 'connected | 2 online',
    isWarning: false,
    text: 'half a',
    cursor: 6,
    isSidebarHidden: false,
    ...more,
  }
}

describe('ScreenPainter', () => {
  it('draws title, lists, messages, hints, status and the text being typed', () => {
    const { screen, painter } = create(80, 14)
    painter.paint(model([message(1, 'Hello world!')]), { columns: 80, rows: 14 })
    expect(screen.lines).toEqual([
      ' chatws #1 | user 123',
      'Chats                │',
      '>#1                  │',
      ' #2            @1 12 │',
      ' #3          5 muted │',
      'Online (2)           │',
      '● 123 ×2 (you)       │',
      '○ 456 idle           │',
      '                     │',
      `                     │${'─'.repeat(21)} Mon 2024-01-01 ${'─'.repeat(21)}`,
      '                     │ 12:00 <2> Hello world!',
      ' 456 is typing …',
      ' connected | 2 online',
      '> half a',
    ])
  })

  it('draws each row of the text being typed behind the prompt, and the cursor in it', () => {
    const { screen, painter } = create(80, 14)
    painter.paint(model([], { text: 'one\ntwo', cursor: 5 }), { columns: 80, rows: 14 })
    expect(screen.lines.slice(-2)).toEqual(['> one', '  two'])
    expect(screen.cursor).toEqual({ column: 3, row: 13 })
  })

  it('a key changes the row of the text alone', () => {
    const { screen, painter } = create(80, 14)
    const size = { columns: 80, rows: 14 }
    const shown = model([message(1, 'Hello')])
    painter.paint({ ...shown, text: 'a', cursor: 1 }, size)
    const before = screen.written.length
    painter.paint({ ...shown, text: 'ab', cursor: 2 }, size)
    const written = screen.written.slice(before)
    expect(written).toContain('> ab')
    expect(written).not.toMatch(/connected|Hello/)
  })

  it.each([
    { columns: 40, rows: 12 },
    { columns: 59, rows: 5 },
    { columns: 80, rows: 24 },
    { columns: 100, rows: 3 },
    { columns: 250, rows: 80 },
    { columns: 20, rows: 1 },
  ])('at $columns×$rows every row is drawn and none is too wide', (size) => {
    const { screen, painter } = create(size.columns, size.rows)
    const text = `${'long line '.repeat(50)}end`
    painter.paint(model([message(1, '世界 '.repeat(2_000))], { text, cursor: text.length }), size)
    expect(screen.lines.at(-1)).toMatch(/end$/)
    for (const line of screen.lines) expect(stringWidth(line)).toBeLessThanOrEqual(size.columns)
    const rows = new Set([...screen.written.matchAll(/\[(\d+);\d+H/g)].map((match) => match[1]))
    expect(rows.size).toBe(size.rows)
  })

  it('after a storm of sizes the screen equals a fresh one', () => {
    const entries = Array.from({ length: 60 }, (_, index) => message(index + 1, `message ${index}`))
    const { screen, painter } = create(120, 40)
    const sizes = [
      ...[120, 40, 250, 61, 59, 80, 120].map((columns) => ({ columns, rows: 12 })),
      ...[5, 80, 3, 40].map((rows) => ({ columns: 120, rows })),
    ]
    for (const size of sizes) {
      painter.invalidate()
      painter.paint(model(entries), size)
    }
    const fresh = create(120, 40)
    fresh.painter.paint(model(entries), { columns: 120, rows: 40 })
    expect(screen.lines).toEqual(fresh.screen.lines)
  })

  it('a new message rewrites the lines of the pane and nothing around it', () => {
    const { screen, painter } = create(80, 14)
    painter.paint(model([message(1, 'one')]), { columns: 80, rows: 14 })
    screen.written = ''
    painter.paint(model([message(1, 'one'), message(2, 'two')]), { columns: 80, rows: 14 })
    expect(screen.written).toContain('two')
    expect(screen.written).not.toContain('Online')
    expect(screen.written).not.toContain('connected')
  })

  it('says how many messages are below, and marks a warning with more than colour', () => {
    const { screen, painter } = create(80, 10)
    const entries = Array.from({ length: 30 }, (_, index) => message(index + 1, `m${index + 1}`))
    const scroll = { key: 20, line: 0 }
    painter.paint(model(entries, { scroll, isWarning: true }), { columns: 80, rows: 10 })
    expect(screen.lines[7]).toMatch(/10 new ↓$/)
    expect(screen.lines[8]).toBe('!connected | 2 online')
  })

  it('a list is drawn over the messages, with the chosen line marked', () => {
    const { screen, painter } = create(40, 10)
    const overlay = { title: 'Chats', lines: ['#1', '#2'], top: 0, chosen: 1 }
    painter.paint(model([message(1, 'hidden')], { overlay }), { columns: 40, rows: 10 })
    expect(screen.lines.slice(1, 4)).toEqual([' Chats', ' #1', '▌#2'])
    expect(screen.lines.join()).not.toContain('hidden')
  })

  it('tells what is at a place: a chat, a message, or nothing', () => {
    const { painter } = create(80, 14)
    painter.paint(model([message(7, 'one')]), { columns: 80, rows: 14 })
    expect(painter.targetAt(3, 3)).toEqual({ type: 'chat', chat: { kind: 'chat', id: 2 } })
    expect(painter.targetAt(40, 10)).toEqual({ type: 'message', id: 7 })
    expect(painter.targetAt(40, 2)).toBeUndefined()
    expect(painter.targetAt(3, 6)).toBeUndefined()
  })

  it('nothing that came over the wire is written as a control sequence', () => {
    const hostile = fc
      .array(
        fc.oneof(
          fc.string({ unit: 'binary', maxLength: 6 }),
          fc.constantFrom(
            '\x1b]0;owned\x07',
            '\x1b[2J',
            '\x9b31m',
            '\x1bc',
            '\u202e',
            '\r',
            '\x85',
          ),
        ),
        { maxLength: 8 },
      )
      .map((parts) => parts.join(''))
    // One pair for all runs: starting ink takes longer than all that it draws here.
    const { screen, painter } = create(90, 16)
    const clean = create(90, 16)
    fc.assert(
      fc.property(hostile, hostile, (content, other) => {
        for (const one of [{ screen, painter }, clean]) {
          one.painter.invalidate()
          one.screen.written = ''
        }
        const said = message(2, content, {
          reply_to: 1,
          created_at: other,
          file_paths: other,
          reactions: [{ emoji: other, userIds: [1] }],
        })
        painter.paint(model([message(1, other), said], { hints: content, status: other }), {
          columns: 90,
          rows: 16,
        })
        // What a terminal is told beyond our own sequences would have thrown by now.
        const cleaned = message(
          2,
          content
            .split(/\r\n|[\n\v\f\r\x85\u2028\u2029]/u)
            .map(sanitizeLine)
            .join('\n'),
          {
            ...{ reply_to: 1, created_at: 'x', file_paths: sanitizeLine(other) },
            reactions: [{ emoji: sanitizeLine(other), userIds: [1] }],
          },
        )
        expect(Number.isNaN(Date.parse(other))).toBe(true)
        clean.painter.paint(
          model(
            [
              message(
                1,
                other
                  .split(/\r\n|[\n\v\f\r\x85\u2028\u2029]/u)
                  .map(sanitizeLine)
                  .join('\n'),
              ),
              cleaned,
            ],
            { hints: sanitizeLine(content), status: sanitizeLine(other) },
          ),
          { columns: 90, rows: 16 },
        )
        expect(screen.written).toBe(clean.screen.written)
      }),
      { numRuns: 60 },
    )
  })
})
