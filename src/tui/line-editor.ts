import { MAX_FRAME_BYTES } from '../protocol/limits.ts'

/** A longer line would not fit into a frame. */
const MAX_LENGTH = MAX_FRAME_BYTES

const LINE_ENDS = /\r\n|[\v\f\r\u0085\u2028\u2029]/gu

/** Controls but LF, and the marks that reorder text. */
const REMOVED = /(?!\n)[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu

const segmenter = new Intl.Segmenter()

/**
 * The text being typed. The cursor always stands between two graphemes, so that no key splits
 * what a person sees as one character. A pasted line end stays in the text as LF.
 */
export class LineEditor {
  #text = ''
  #cursor = 0

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
    this.#replace(this.#cursor, this.#cursor, fitting)
  }

  /** Replaces everything and puts the cursor at the end. */
  set(text: string): void {
    this.#text = text
    this.#cursor = text.length
  }

  backspace(): void {
    this.#replace(this.#before(), this.#cursor)
  }

  /** Deletes the grapheme after the cursor. */
  delete(): void {
    this.#replace(this.#cursor, this.#after())
  }

  /** Deletes back to the start of the word before the cursor. */
  deleteWord(): void {
    const kept = this.#text.slice(0, this.#cursor).replace(/\S*\s*$/u, '')
    this.#replace(kept.length, this.#cursor)
  }

  deleteToStart(): void {
    this.#replace(0, this.#cursor)
  }

  deleteToEnd(): void {
    this.#replace(this.#cursor, this.#text.length)
  }

  left(): void {
    this.#cursor = this.#before()
  }

  right(): void {
    this.#cursor = this.#after()
  }

  home(): void {
    this.#cursor = 0
  }

  end(): void {
    this.#cursor = this.#text.length
  }

  #before(): number {
    return segmenter.segment(this.#text).containing(this.#cursor - 1)?.index ?? 0
  }

  #after(): number {
    const next = segmenter.segment(this.#text).containing(this.#cursor)
    return next ? next.index + next.segment.length : this.#text.length
  }

  /** What is put together may form one grapheme; the cursor then stands behind it. */
  #replace(start: number, end: number, inserted = ''): void {
    this.#text = this.#text.slice(0, start) + inserted + this.#text.slice(end)
    this.#cursor = start + inserted.length
    const around = segmenter.segment(this.#text).containing(this.#cursor)
    if (around && around.index < this.#cursor) this.#cursor = around.index + around.segment.length
  }
}
