import { InputHistory } from './input-history.ts'
import type { KeyEvent } from './key-parser.ts'
import { LineEditor } from './line-editor.ts'
import { moveScroll, type PaneEntry, type PaneSize, type Scroll } from './pane-view.ts'

/** What the person at the keyboard has done so far; a new object whenever any of it changed. */
export interface KeyboardSnapshot {
  readonly text: string
  /** In UTF-16 code units from the start of the text. */
  readonly cursor: number
  readonly scroll: Scroll
}

export interface KeyboardOptions {
  /** A line was entered. */
  onLine(line: string): void
  onQuit(): void
  /** What is scrolled: what the pane shows, and its size. */
  pane(): { entries: readonly PaneEntry[]; size: PaneSize }
}

type Key = Extract<KeyEvent, { type: 'key' }>

/** What each key does: to the line being typed, to the history of lines, and to the scrolling. */
export class Keyboard {
  readonly #options: KeyboardOptions
  readonly #editor = new LineEditor()
  readonly #history = new InputHistory()
  readonly #listeners = new Set<() => void>()
  /** key, with what is held down together with it → what it does */
  readonly #bindings: Record<string, () => void>
  #scroll: Scroll = 'newest'
  #snapshot: KeyboardSnapshot = { text: '', cursor: 0, scroll: 'newest' }

  constructor(options: KeyboardOptions) {
    this.#options = options
    const editor = this.#editor
    this.#bindings = {
      enter: () => this.#enter(),
      'alt+enter': () => editor.insert('\n'),
      backspace: () => editor.backspace(),
      'alt+backspace': () => editor.deleteWord(),
      'ctrl+w': () => editor.deleteWord(),
      delete: () => editor.delete(),
      'ctrl+u': () => editor.deleteToStart(),
      'ctrl+k': () => editor.deleteToEnd(),
      left: () => editor.left(),
      'ctrl+b': () => editor.left(),
      right: () => editor.right(),
      'ctrl+f': () => editor.right(),
      home: () => editor.home(),
      'ctrl+a': () => editor.home(),
      end: () => editor.end(),
      'ctrl+e': () => editor.end(),
      up: () => this.#recall(this.#history.previous(editor.text)),
      down: () => this.#recall(this.#history.next()),
      pageUp: () => this.#page(-1),
      pageDown: () => this.#page(1),
      'ctrl+c': () => options.onQuit(),
      'ctrl+d': () => (editor.text === '' ? options.onQuit() : editor.delete()),
    }
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readonly getSnapshot = (): KeyboardSnapshot => this.#snapshot

  press(event: KeyEvent): void {
    if (event.type === 'key') this.#bindings[bindingOf(event)]?.()
    else this.#editor.insert(event.text)
    this.#changed()
  }

  #enter(): void {
    const { text } = this.#editor
    this.#editor.set('')
    this.#scroll = 'newest'
    if (text.trim() !== '') this.#history.add(text)
    this.#options.onLine(text)
  }

  #recall(line: string | undefined): void {
    if (line !== undefined) this.#editor.set(line)
  }

  /** One line of the page before stays on screen. */
  #page(direction: 1 | -1): void {
    const { entries, size } = this.#options.pane()
    const lineCount = direction * Math.max(1, size.rows - 1)
    this.#scroll = moveScroll(entries, this.#scroll, lineCount, size)
  }

  #changed(): void {
    const { text, cursor } = this.#editor
    this.#snapshot = { text, cursor, scroll: this.#scroll }
    for (const listener of this.#listeners) listener()
  }
}

function bindingOf({ name, ctrl, alt }: Key): string {
  return `${ctrl ? 'ctrl+' : ''}${alt ? 'alt+' : ''}${name}`
}
