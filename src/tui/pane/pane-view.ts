import { type EntryContext, entryLines, quoteLineCount } from './entry-lines.ts'
import { mark } from './marked-text.ts'
import { entryKey, isStored, type PaneEntry } from './pane-entry.ts'
import { dayOf } from './time-of-day.ts'

export interface PaneSize {
  readonly columns: number
  readonly rows: number
}

/**
 * What the last line of the pane shows: the newest there is, or one line of one entry. The line
 * counts from the first one of the entry's text; what stands above that has a negative number,
 * so that older messages loaded above it move nothing.
 */
export type Scroll = 'newest' | { readonly key: number | PaneEntry; readonly line: number }

/** What a pane shows, from the oldest entry to the newest. */
export interface PaneContent {
  readonly entries: readonly PaneEntry[]
  /** The id of the last message that was read; a line below it says so. 0 for none. */
  readonly readId: number
  contextOf(entry: PaneEntry): EntryContext
}

export interface PaneLine {
  readonly entry: PaneEntry
  /** Marked. */
  readonly text: string
}

interface Position {
  readonly index: number
  /** From the first of the entry's lines, those above its text included. */
  readonly line: number
}

/** A content at a size: which lines a pane shows, and where scrolling leads. */
export class PaneView {
  readonly #content: PaneContent
  readonly #size: PaneSize
  /** Index of the first entry with a message above `readId`; undefined where no marker is shown. */
  readonly #markedIndex: number | undefined

  constructor(content: PaneContent, size: PaneSize) {
    this.#content = content
    this.#size = size
    this.#markedIndex = findMarked(content)
  }

  /** The lines that are shown, oldest first; only those are laid out. */
  lines(scroll: Scroll): PaneLine[] {
    const { entries } = this.#content
    const { rows } = this.#size
    const shown: PaneLine[] = []
    const last = this.#find(scroll)
    for (let index = last.index; index >= 0 && shown.length < rows; index--) {
      const entry = entries[index]!
      const lines = this.#linesAt(index)
      const from = index === last.index ? last.line : lines.length - 1
      for (let line = from; line >= 0 && shown.length < rows; line--)
        shown.push({ entry, text: lines[line]! })
    }
    return shown.reverse()
  }

  /** The scroll position `lineCount` lines further down, or up if it is negative. */
  move(scroll: Scroll, lineCount: number): Scroll {
    const { entries } = this.#content
    let { index, line } = this.#find(scroll)
    for (let rest = Math.abs(lineCount); rest > 0; rest--) {
      line += Math.sign(lineCount)
      if (line < 0) {
        index -= 1
        line = index < 0 ? -1 : this.#linesAt(index).length - 1
      } else if (line >= this.#linesAt(index).length) {
        index += 1
        line = 0
      }
      if (index < 0 || index >= entries.length) break
    }
    if (lineCount < 0) {
      // The oldest line does not leave the top of a full pane.
      const top = this.#lineAt(this.#size.rows - 1)
      if (index < top.index || (index === top.index && line < top.line)) ({ index, line } = top)
    }
    return this.#scrollTo(index, line)
  }

  /** The position with the oldest line at the top. */
  top(): Scroll {
    const { index, line } = this.#lineAt(this.#size.rows - 1)
    return this.#scrollTo(index, line)
  }

  /** The position at which an entry is shown in the middle, or as near to it as there are lines. */
  centre(index: number): Scroll {
    return this.move(this.#scrollTo(index, 0), Math.floor(this.#size.rows / 2))
  }

  /** Whether the oldest line is on screen. */
  isAtTop(scroll: Scroll): boolean {
    const top = this.#lineAt(this.#size.rows - 1)
    const { index, line } = this.#find(scroll)
    return index < top.index || (index === top.index && line <= top.line)
  }

  /** How many messages are below what is shown. */
  messagesBelow(scroll: Scroll): number {
    if (scroll === 'newest') return 0
    const { entries } = this.#content
    let count = 0
    for (let index = this.#find(scroll).index + 1; index < entries.length; index++)
      if (isStored(entries[index]!)) count += 1
    return count
  }

  #scrollTo(index: number, line: number): Scroll {
    const entry = this.#content.entries[index]
    // A pending message is about to be replaced, and there is nothing but such below it.
    if (!entry || ('type' in entry && entry.type === 'pending')) return 'newest'
    const isLast =
      index === this.#content.entries.length - 1 && line === this.#linesAt(index).length - 1
    return isLast ? 'newest' : { key: entryKey(entry), line: line - this.#textLine(index) }
  }

  /** Where a position is now. An entry that is gone was the oldest: the oldest lines replace it. */
  #find(scroll: Scroll): Position {
    const { entries } = this.#content
    const index =
      scroll === 'newest'
        ? entries.length - 1
        : entries.findLastIndex((entry) => entryKey(entry) === scroll.key)
    if (scroll !== 'newest' && index < 0) return this.#lineAt(this.#size.rows - 1)
    const lastLine = index < 0 ? 0 : this.#linesAt(index).length - 1
    if (scroll === 'newest') return { index, line: lastLine }
    const line = scroll.line + this.#textLine(index)
    return { index, line: Math.max(0, Math.min(line, lastLine)) }
  }

  /** The `count`-th line from the oldest, from 0, or the newest line if there are fewer. */
  #lineAt(count: number): Position {
    let rest = count
    for (let index = 0; index < this.#content.entries.length; index++) {
      const { length } = this.#linesAt(index)
      if (rest < length) return { index, line: rest }
      rest -= length
    }
    return this.#find('newest')
  }

  #linesAt(index: number): readonly string[] {
    const entry = this.#content.entries[index]!
    const lines = entryLines(entry, this.#size.columns, this.#content.contextOf(entry))
    const above = this.#linesAbove(index)
    return above.length === 0 ? lines : [...above, ...lines]
  }

  /** How many of an entry's lines stand above the first of its text. */
  #textLine(index: number): number {
    return this.#linesAbove(index).length + quoteLineCount(this.#content.entries[index]!)
  }

  #linesAbove(index: number): string[] {
    const { entries } = this.#content
    const above: string[] = []
    if (index === this.#markedIndex) above.push(this.#rule('marker', 'new'))
    const day = dayOf(timeOf(entries[index]!))
    const before = index === 0 ? undefined : dayOf(timeOf(entries[index - 1]!))
    if (day !== undefined && day !== before) above.push(this.#rule('dim', day))
    return above
  }

  #rule(tone: 'marker' | 'dim', text: string): string {
    const { columns } = this.#size
    const rest = Math.max(0, columns - text.length - 2)
    const left = Math.floor(rest / 2)
    const line = `${'─'.repeat(left)} ${text} ${'─'.repeat(rest - left)}`
    return mark(tone, line.slice(0, columns))
  }
}

function findMarked({ entries, readId }: PaneContent): number | undefined {
  if (readId === 0) return undefined
  let marked: number | undefined
  for (let index = entries.length - 1; index >= 0; index--) {
    const entry = entries[index]!
    if (!isStored(entry)) continue
    if (entry.id <= readId) return marked
    marked = index
  }
  return undefined
}

function timeOf(entry: PaneEntry): string {
  return entry.created_at
}
