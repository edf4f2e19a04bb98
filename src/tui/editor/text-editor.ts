/** A longer text is a mistake: no message, and no file that someone would paste, is as long. */
const MAX_LENGTH = 4 * 1024 * 1024

/** What the steps that can be undone may hold together, in UTF-16 code units. */
const MAX_UNDO_LENGTH = 16 * 1024 * 1024

const MAX_UNDO_STEPS = 200

/** A word or a grapheme is looked for in this much text around the cursor. */
const REACH = 2_048

const LINE_ENDS = /\r\n|[\v\f\r\u0085\u2028\u2029]/gu

/** Controls but LF, and the marks that reorder text. */
const REMOVED = /(?!\n)[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu

const segmenter = new Intl.Segmenter()

interface Step {
  readonly text: string
  readonly cursor: number
}

/**
 * The text being typed, of any number of lines. The cursor always stands between two graphemes,
 * so that no key splits what a person sees as one character. A pasted line end becomes LF. No
 * operation takes longer the longer the text is, but for copying it.
 */
export class TextEditor {
  #text = ''
  #cursor = 0
  #cut = ''
  #undo: Step[] = []
  /** Whether the last change was typing, which one more character continues. */
  #isTyping = false

  get text(): string {
    return this.#text
  }

  /** In UTF-16 code units from the start. */
  get cursor(): number {
    return this.#cursor
  }

  /** Inserts before the cursor what fits and can be sent. */
  insert(text: string): void {
    const clean = text.replace(LINE_ENDS, '\n').replaceAll('\t', ' ').replace(REMOVED, '')
    const fitting = clean.slice(0, MAX_LENGTH - this.#text.length).toWellFormed()
    if (fitting === '') return
    const isWord = fitting.length < 8 && !/\s/.test(fitting)
    if (!(this.#isTyping && isWord)) this.#remember()
    this.#replace(this.#cursor, this.#cursor, fitting)
    this.#isTyping = isWord
  }

  /** Replaces everything and puts the cursor at the end. */
  set(text: string): void {
    this.#remember()
    this.#text = text
    this.#cursor = text.length
  }

  /** Empties it: what was in it cannot be undone, because it was sent. */
  clear(): void {
    this.#text = ''
    this.#cursor = 0
    this.#undo = []
    this.#isTyping = false
  }

  /** Replaces what stands between two positions; the cursor stands behind it. */
  replace(start: number, end: number, text: string): void {
    this.#remember()
    this.#replace(start, end, text)
  }

  deleteLeft(): void {
    this.#delete(this.#before(), this.#cursor)
  }

  deleteRight(): void {
    this.#delete(this.#cursor, this.#after())
  }

  /** Cuts back to the start of the word before the cursor. */
  deleteWordLeft(): void {
    this.#cutOut(this.#wordStart(), this.#cursor)
  }

  deleteWordRight(): void {
    this.#cutOut(this.#cursor, this.#wordEnd())
  }

  deleteToStart(): void {
    this.#cutOut(this.#lineStart(), this.#cursor)
  }

  /** Cuts to the end of the line, or the line end when the cursor is there. */
  deleteToEnd(): void {
    const end = this.#lineEnd()
    this.#cutOut(this.#cursor, end === this.#cursor ? this.#after() : end)
  }

  yank(): void {
    this.insert(this.#cut)
  }

  /** Swaps the graphemes before and after the cursor; at the end of a line, the last two. */
  transpose(): void {
    if (this.#cursor === this.#lineEnd()) this.left()
    const start = this.#before()
    const end = this.#after()
    if (start === this.#cursor || end === this.#cursor) return
    const swapped = this.#text.slice(this.#cursor, end) + this.#text.slice(start, this.#cursor)
    this.replace(start, end, swapped)
  }

  undo(): void {
    const step = this.#undo.pop()
    if (!step) return
    this.#text = step.text
    this.#cursor = step.cursor
    this.#isTyping = false
  }

  left(): void {
    this.#move(this.#before())
  }

  right(): void {
    this.#move(this.#after())
  }

  wordLeft(): void {
    this.#move(this.#wordStart())
  }

  wordRight(): void {
    this.#move(this.#wordEnd())
  }

  lineStart(): void {
    this.#move(this.#lineStart())
  }

  lineEnd(): void {
    this.#move(this.#lineEnd())
  }

  /** Moves to a position, or to the end of the grapheme that it is in. */
  moveTo(cursor: number): void {
    this.#move(cursor)
    this.#leaveGrapheme()
  }

  #move(cursor: number): void {
    this.#cursor = cursor
    this.#isTyping = false
  }

  #before(): number {
    const start = Math.max(0, this.#cursor - REACH)
    const near = this.#text.slice(start, this.#cursor)
    return start + (segmenter.segment(near).containing(near.length - 1)?.index ?? 0)
  }

  #after(): number {
    const near = this.#text.slice(this.#cursor, this.#cursor + REACH)
    return this.#cursor + (segmenter.segment(near).containing(0)?.segment.length ?? 0)
  }

  #wordStart(): number {
    const start = Math.max(0, this.#cursor - REACH)
    return start + this.#text.slice(start, this.#cursor).replace(/\S*\s*$/u, '').length
  }

  #wordEnd(): number {
    const near = this.#text.slice(this.#cursor, this.#cursor + REACH)
    return this.#cursor + (/^\s*\S*/u.exec(near)?.[0].length ?? 0)
  }

  #lineStart(): number {
    return this.#cursor === 0 ? 0 : this.#text.lastIndexOf('\n', this.#cursor - 1) + 1
  }

  #lineEnd(): number {
    const end = this.#text.indexOf('\n', this.#cursor)
    return end < 0 ? this.#text.length : end
  }

  #cutOut(start: number, end: number): void {
    if (start < end) this.#cut = this.#text.slice(start, end)
    this.#delete(start, end)
  }

  #delete(start: number, end: number): void {
    if (start < end) this.replace(start, end, '')
  }

  #replace(start: number, end: number, inserted: string): void {
    this.#text = this.#text.slice(0, start) + inserted + this.#text.slice(end)
    this.#cursor = start + inserted.length
    this.#leaveGrapheme()
  }

  /** What was put together may form one grapheme; the cursor then stands behind it. */
  #leaveGrapheme(): void {
    const start = Math.max(0, this.#cursor - REACH)
    const near = this.#text.slice(start, this.#cursor + REACH)
    const around = segmenter.segment(near).containing(this.#cursor - start)
    if (around && start + around.index < this.#cursor)
      this.#cursor = start + around.index + around.segment.length
  }

  #remember(): void {
    this.#isTyping = false
    const last = this.#undo.at(-1)
    if (last?.text === this.#text) return
    this.#undo.push({ text: this.#text, cursor: this.#cursor })
    let length = 0
    for (const step of this.#undo) length += step.text.length
    while (this.#undo.length > MAX_UNDO_STEPS || length > MAX_UNDO_LENGTH)
      length -= this.#undo.shift()!.text.length
  }
}
