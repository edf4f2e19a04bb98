import type { PendingMessage } from './chat-state.ts'
import type { LogEntry } from './message-log.ts'
import { sanitizeLines } from './sanitize.ts'
import { timeOfDay } from './time-of-day.ts'
import { wrapText } from './wrap-text.ts'

export type PaneEntry = LogEntry | PendingMessage

export interface PaneSize {
  readonly columns: number
  readonly rows: number
}

/** What the last line of the pane shows: the newest there is, or one line of one entry. */
export type Scroll = 'newest' | { readonly entry: PaneEntry; readonly line: number }

export interface PaneLine {
  readonly entry: PaneEntry
  readonly text: string
}

interface Position {
  readonly index: number
  readonly line: number
}

const INDENT = 6

/** entry → its lines at the width they were last drawn at */
const cache = new WeakMap<PaneEntry, { columns: number; lines: readonly string[] }>()

/**
 * The lines that a pane shows, oldest first; only those are laid out. What the last line shows
 * stays where it is when entries come before or after it.
 */
export function paneLines(
  entries: readonly PaneEntry[],
  scroll: Scroll,
  size: PaneSize,
): PaneLine[] {
  const { columns, rows } = size
  const shown: PaneLine[] = []
  const last = find(entries, scroll, size)
  for (let index = last.index; index >= 0 && shown.length < rows; index--) {
    const entry = entries[index]!
    const lines = linesOf(entry, columns)
    const from = index === last.index ? last.line : lines.length - 1
    for (let line = from; line >= 0 && shown.length < rows; line--)
      shown.push({ entry, text: lines[line]! })
  }
  return shown.reverse()
}

/** The scroll position `lineCount` lines further down, or up if it is negative. */
export function moveScroll(
  entries: readonly PaneEntry[],
  scroll: Scroll,
  lineCount: number,
  size: PaneSize,
): Scroll {
  const { columns, rows } = size
  let { index, line } = find(entries, scroll, size)
  for (let rest = Math.abs(lineCount); rest > 0; rest--) {
    line += Math.sign(lineCount)
    if (line < 0) {
      index -= 1
      line = index < 0 ? -1 : linesOf(entries[index]!, columns).length - 1
    } else if (line >= linesOf(entries[index]!, columns).length) {
      index += 1
      line = 0
    }
    if (index < 0 || index >= entries.length) break
  }
  if (lineCount < 0) {
    // The oldest line does not leave the top of a full pane.
    const top = lineAt(entries, rows - 1, size)
    if (index < top.index || (index === top.index && line < top.line)) ({ index, line } = top)
  }
  const entry = entries[index]
  // A pending message is about to be replaced, and there is nothing but such below it.
  if (!entry || entry.type === 'pending') return 'newest'
  const isLast = index === entries.length - 1 && line === linesOf(entry, columns).length - 1
  return isLast ? 'newest' : { entry, line }
}

/** Where a position is now. An entry that is gone was the oldest: the oldest lines replace it. */
function find(entries: readonly PaneEntry[], scroll: Scroll, size: PaneSize): Position {
  const index = scroll === 'newest' ? entries.length - 1 : entries.indexOf(scroll.entry)
  if (scroll !== 'newest' && index < 0) return lineAt(entries, size.rows - 1, size)
  const entry = entries[index]
  const lastLine = entry ? linesOf(entry, size.columns).length - 1 : 0
  return { index, line: scroll === 'newest' ? lastLine : Math.min(scroll.line, lastLine) }
}

/** The `count`-th line from the oldest, from 0, or the newest line if there are fewer. */
function lineAt(entries: readonly PaneEntry[], count: number, size: PaneSize): Position {
  let rest = count
  for (const [index, entry] of entries.entries()) {
    const { length } = linesOf(entry, size.columns)
    if (rest < length) return { index, line: rest }
    rest -= length
  }
  return find(entries, 'newest', size)
}

function linesOf(entry: PaneEntry, columns: number): readonly string[] {
  const cached = cache.get(entry)
  if (cached?.columns === columns) return cached.lines
  const lines = layOut(entry, columns)
  cache.set(entry, { columns, lines })
  return lines
}

function layOut(entry: PaneEntry, columns: number): string[] {
  const time = timeOfDay(entry.createdAt).slice(0, 5).padEnd(INDENT)
  return sanitizeLines(textOf(entry))
    .flatMap((text) => wrapText(text, Math.max(1, columns - INDENT)))
    .map((text, index) => (index === 0 ? time : ' '.repeat(INDENT)) + text)
}

function textOf(entry: PaneEntry): string {
  if (entry.type === 'notice') return `* ${entry.text}`
  const said = `<${entry.senderId}> ${entry.content}`
  return entry.type === 'pending' ? `${said} (sending …)` : said
}
