import type { Completion } from '../view/completion.ts'
import { type CompletionSources, completeAt } from './editor/completion.ts'
import { InputHistory } from './editor/input-history.ts'
import { layOutInput, positionAt } from './editor/input-layout.ts'
import { TextEditor } from './editor/text-editor.ts'
import type { Action } from './keys/actions.ts'
import type { Key } from './keys/key.ts'
import type { KeyMap } from './keys/key-map.ts'

/** An action that is not about the text being typed. */
export type ScreenAction = Exclude<Action, keyof Keyboard['edits']>

export interface KeyboardOptions {
  readonly keyMap: KeyMap
  readonly sources: CompletionSources
  /** The width of the text on screen, which up and down go by. */
  columns(): number
  /** The text was entered; it is gone from the editor unless this returns false. */
  onEnter(text: string): boolean | undefined
  /** Up on an empty line; true when something came of it. */
  onUp(): boolean
  /** The text changed. */
  onType(): void
  onAction(action: ScreenAction): void
}

/** What keys do to the text being typed and the history of what was entered. */
export class Keyboard {
  readonly #options: KeyboardOptions
  readonly editor = new TextEditor()
  readonly #history = new InputHistory()
  #completion: (Completion & { index: number }) | undefined
  /** The column that up and down keep to. */
  #column: number | undefined

  /** Action → what it does to the text. */
  readonly edits = {
    send: () => this.#enter(),
    newline: () => this.editor.insert('\n'),
    complete: () => this.#complete(1),
    'complete-back': () => this.#complete(-1),
    left: () => this.editor.left(),
    right: () => this.editor.right(),
    up: () => this.#up(),
    down: () => this.#down(),
    'word-left': () => this.editor.wordLeft(),
    'word-right': () => this.editor.wordRight(),
    'line-start': () => this.editor.lineStart(),
    'line-end': () => this.editor.lineEnd(),
    'delete-left': () => this.editor.deleteLeft(),
    'delete-right': () => this.editor.deleteRight(),
    'delete-right-or-quit': () =>
      this.editor.text === '' ? this.#options.onAction('quit') : this.editor.deleteRight(),
    'delete-word-left': () => this.editor.deleteWordLeft(),
    'delete-word-right': () => this.editor.deleteWordRight(),
    'delete-to-start': () => this.editor.deleteToStart(),
    'delete-to-end': () => this.editor.deleteToEnd(),
    yank: () => this.editor.yank(),
    transpose: () => this.editor.transpose(),
    undo: () => this.editor.undo(),
    'history-previous': () => this.#recall(this.#history.previous(this.editor.text)),
    'history-next': () => this.#recall(this.#history.next()),
  }

  constructor(options: KeyboardOptions) {
    this.#options = options
  }

  /** The ways to complete the word, while one is being chosen, and which it is. */
  get completion(): { labels: readonly string[]; index: number } | undefined {
    if (!this.#completion) return undefined
    const { candidates, index } = this.#completion
    return { labels: candidates.map(({ label }) => label), index }
  }

  /** False where the key means nothing. */
  press(key: Key): boolean {
    const { keyMap } = this.#options
    const action = keyMap.press(key)
    if (action !== undefined) this.do(action)
    return action !== undefined || keyMap.isBegun
  }

  /** Does what a key with this action does. */
  do(action: Action): void {
    if (action !== 'complete' && action !== 'complete-back') this.#completion = undefined
    if (action !== 'up' && action !== 'down') this.#column = undefined
    if (!isEdit(action, this.edits)) {
      this.#options.onAction(action)
      return
    }
    const before = this.editor.text
    this.edits[action]()
    if (this.editor.text !== before) this.#options.onType()
  }

  /** Text was typed or pasted. */
  insert(text: string): void {
    this.#completion = undefined
    this.#column = undefined
    this.editor.insert(text)
    this.#options.onType()
  }

  #enter(): void {
    const { text } = this.editor
    if (this.#options.onEnter(text) === false) return
    this.editor.clear()
    if (text.trim() !== '') this.#history.add(text)
  }

  #up(): void {
    const { editor } = this
    if (editor.text === '' && this.#options.onUp()) return
    const { above, cursorColumn } = this.#layOut()
    if (above === undefined) this.edits['history-previous']()
    else this.#toRow(above, cursorColumn)
  }

  #down(): void {
    const { below, cursorColumn } = this.#layOut()
    if (below === undefined) this.edits['history-next']()
    else this.#toRow(below, cursorColumn)
  }

  #toRow(start: number, cursorColumn: number): void {
    this.#column ??= cursorColumn
    this.editor.moveTo(positionAt(this.editor.text, start, this.#column))
  }

  #layOut() {
    const { text, cursor } = this.editor
    return layOutInput(text, cursor, { columns: this.#options.columns(), maxRows: 3 })
  }

  #recall(line: string | undefined): void {
    if (line !== undefined) this.editor.set(line)
  }

  #complete(step: 1 | -1): void {
    const { text, cursor } = this.editor
    if (this.#completion) {
      const { candidates } = this.#completion
      const index = (this.#completion.index + step + candidates.length) % candidates.length
      this.#completion = { ...this.#completion, index }
    } else {
      const found = completeAt(text, cursor, this.#options.sources)
      if (!found) return
      this.#completion = { ...found, index: step === 1 ? 0 : found.candidates.length - 1 }
    }
    const { start, candidates, index } = this.#completion
    this.editor.replace(start, cursor, candidates[index]!.text)
    // The only one is taken: another Tab completes what comes next.
    if (candidates.length === 1) this.#completion = undefined
  }
}

function isEdit(action: Action, edits: Keyboard['edits']): action is keyof Keyboard['edits'] {
  return Object.hasOwn(edits, action)
}
