import { StringDecoder } from 'node:string_decoder'
import { decodeSequence, isControl, type Key, keyOf, type MouseEvent, pressed } from './key.ts'

/** One thing done at the keyboard, with the mouse, or to the terminal's window. */
export type KeyEvent =
  /** Characters that were typed; nothing among them controls. */
  | { type: 'text'; text: string }
  /** All of a bracketed paste, as the terminal sent it. */
  | { type: 'paste'; text: string }
  | Key
  | MouseEvent
  /** The terminal's window got the focus, or lost it. */
  | { type: 'focus'; isFocused: boolean }

const ESC = '\x1b'
const PASTE_START = '\x1b[200~'
const PASTE_END = '\x1b[201~'

const CTRL_C = '\x03'

/** How long the rest of an escape sequence may take; after it, ESC was the key of that name. */
export const ESCAPE_MS = 50

/** As many times longer, a rest that comes late is still known for what it is. */
const LATE_TIMES = 20

/** How long a paste may pause before what has come of it is shown. */
const PASTE_PAUSE_MS = 2_000

/** A longer sequence is not one of a keyboard. */
const MAX_SEQUENCE_LENGTH = 64

/** What may follow ESC late: whole, or begun. A person cannot type the former in one chunk. */
const LATE_REST = /^(?:\[(?:\[[A-E]|[<?]?[\d;:]*[A-DFHIMOP-SZcmu~])|O[A-DFHP-S])/
const LATE_BEGUN = /^\[(?:\[|[<?]?[\d;:]{0,60})$/

/**
 * Turns a terminal's bytes into events. They do not depend on how the bytes were cut into chunks,
 * but that typed text may come in pieces, as long as `flush` is called only after `flushDelayMs`
 * without a new chunk.
 *
 * A slow link may pause anywhere. The rest of a sequence that comes after its beginning was told as
 * a key is never text. A paste goes on until its end, however long it pauses: line ends in it are
 * never the Enter key. If its end was lost, Esc or Ctrl-C ends it.
 */
export class KeyParser {
  readonly #decoder = new StringDecoder('utf8')
  readonly #escapeMs: number
  /** Begins with the first character that is not an event yet. */
  #rest = ''
  /** A sequence that was given up, and how much of it was told as a key; empty for none. */
  #late = ''
  #lateTold = 0
  /** What has come of a paste and was not told; undefined outside of one. */
  #pasted: string[] | undefined
  /** Whether the paste has paused, so that what comes of it is told at once. */
  #isPaused = false
  /** Whether ESC came by itself while the paste had paused: it ends the paste, unless more follows. */
  #isEscaped = false

  /** @param escapeMs how long the rest of an escape sequence may take */
  constructor(escapeMs: number = ESCAPE_MS) {
    this.#escapeMs = escapeMs
  }

  /** The events that `chunk` completes. */
  feed(chunk: Uint8Array): KeyEvent[] {
    const text = this.#decoder.write(chunk)
    if (this.#pasted && this.#isPaused && text === CTRL_C)
      return [...this.#endPaste(this.#takeRest()), pressed(CTRL_C)]
    this.#isEscaped = this.#isPaused && this.#rest === '' && text === ESC
    this.#rest += this.#late === '' ? text : this.#addLate(text)
    return this.#take()
  }

  /** How long to wait for the rest before `flush`, or undefined when nothing is outstanding. */
  get flushDelayMs(): number | undefined {
    if (this.#pasted && !this.#isPaused) return PASTE_PAUSE_MS
    if (this.#pasted) return this.#isEscaped ? this.#escapeMs : undefined
    if (this.#late !== '') return LATE_TIMES * this.#escapeMs
    return this.#rest === '' ? undefined : this.#escapeMs
  }

  /** The events in what is outstanding, now that no more of it has come for a while. */
  flush(): KeyEvent[] {
    if (this.#pasted && !this.#isEscaped) return this.#pausePaste()
    if (this.#late !== '') return this.#giveUpLate()
    const events = this.#pasted ? this.#endPaste('') : []
    const rest = this.#takeRest()
    if (rest === '') return events
    this.#late = rest
    this.#lateTold = rest.length
    if (rest === ESC) events.push(keyOf('escape'))
    else if (rest.length === 2) events.push({ ...pressed(rest[1]!), alt: true })
    return events
  }

  /** What is to be read now that `text` follows a sequence that was given up. */
  #addLate(text: string): string {
    const sequence = this.#late + text
    if (LATE_BEGUN.test(sequence.slice(1))) {
      this.#late = sequence
      return ''
    }
    const untold = sequence.slice(this.#lateTold)
    this.#late = ''
    return LATE_REST.test(sequence.slice(1)) ? sequence : untold
  }

  /** Nothing that belongs to it has come: it was typed. */
  #giveUpLate(): KeyEvent[] {
    const text = this.#late.slice(this.#lateTold)
    this.#late = ''
    return text === '' ? [] : [{ type: 'text', text }]
  }

  #takeRest(): string {
    const rest = this.#rest
    this.#rest = ''
    return rest
  }

  #take(): KeyEvent[] {
    const events: KeyEvent[] = []
    let at = 0
    while (at < this.#rest.length) {
      const length = this.#pasted
        ? this.#paste(at, events)
        : this.#rest[at] === ESC
          ? this.#sequence(at, events)
          : this.#plain(at, events)
      if (length === 0) break
      at += length
    }
    this.#rest = this.#rest.slice(at)
    return events
  }

  /** Takes typed characters, or one control character that is not ESC, and returns their length. */
  #plain(at: number, events: KeyEvent[]): number {
    let end = at
    while (end < this.#rest.length && !isControl(this.#rest, end)) end += 1
    if (end === at) {
      events.push(pressed(this.#rest[at]!))
      return 1
    }
    events.push({ type: 'text', text: this.#rest.slice(at, end) })
    return end - at
  }

  /**
   * Takes what has come of a paste, and returns its length. Each chunk is looked through once,
   * because a large paste comes in hundreds of them.
   */
  #paste(at: number, events: KeyEvent[]): number {
    const end = this.#rest.indexOf(PASTE_END, at)
    if (end >= 0) {
      events.push(...this.#endPaste(this.#rest.slice(at, end)))
      return end + PASTE_END.length - at
    }
    // The end may have begun: what could be part of it is looked at again.
    const taken = this.#rest.length - at - begunLength(this.#rest, PASTE_END)
    this.#pasted?.push(this.#rest.slice(at, at + taken))
    if (this.#isPaused) events.push(...this.#pausePaste())
    return taken
  }

  /** What has come of the paste is told; it goes on. */
  #pausePaste(): KeyEvent[] {
    const text = this.#pasted?.join('') ?? ''
    this.#pasted = []
    this.#isPaused = true
    return text === '' ? [] : [{ type: 'paste', text }]
  }

  /** One event, or none where all of it was told. */
  #endPaste(last: string): KeyEvent[] {
    const text = [...(this.#pasted ?? []), last].join('')
    const isTold = this.#isPaused && text === ''
    this.#pasted = undefined
    this.#isPaused = false
    return isTold ? [] : [{ type: 'paste', text }]
  }

  /** Takes what ESC begins, and returns its length: 0 while it is incomplete. */
  #sequence(at: number, events: KeyEvent[]): number {
    const rest = this.#rest
    if (rest.startsWith(PASTE_START, at)) {
      this.#pasted = []
      return PASTE_START.length
    }
    const second = rest[at + 1]
    if (second === undefined) return 0
    if (second === ESC) {
      events.push(keyOf('escape'))
      return 1
    }
    if (second === '[' || second === 'O') return this.#coded(at, events)
    const text = String.fromCodePoint(rest.codePointAt(at + 1)!)
    events.push({ ...pressed(text), alt: true })
    return 1 + text.length
  }

  /** Takes a CSI or SS3 sequence. One that means nothing here is dropped whole. */
  #coded(at: number, events: KeyEvent[]): number {
    let end = at + 2
    // The Linux console sends F1 to F5 as ESC [ [ and a letter.
    if (this.#rest.startsWith('[[', at + 1)) end += 1
    while (end - at < MAX_SEQUENCE_LENGTH && /[ -?]/.test(this.#rest[end] ?? '')) end += 1
    if (end - at === MAX_SEQUENCE_LENGTH) return end - at
    const final = this.#rest[end]
    if (final === undefined) return 0
    // Not part of a sequence: what came before was cut off, and this begins anew.
    if (isControl(final)) return end - at
    const event = decodeSequence(this.#rest.slice(at + 2, end), final)
    if (event) events.push(event)
    return end + 1 - at
  }
}

/**
 * Calls `onEvents` with what each chunk of `input` brings, in order, until the function returned
 * is called.
 * @param escapeMs how long the rest of an escape sequence may take
 */
export function readKeys(
  input: NodeJS.ReadableStream,
  onEvents: (events: KeyEvent[]) => void,
  escapeMs?: number,
): () => void {
  const parser = new KeyParser(escapeMs)
  let timer: ReturnType<typeof setTimeout> | undefined
  const tell = (events: KeyEvent[]) => {
    const { flushDelayMs } = parser
    timer = flushDelayMs === undefined ? undefined : setTimeout(flush, flushDelayMs)
    if (events.length > 0) onEvents(events)
  }
  const flush = () => tell(parser.flush())
  const onData = (chunk: Uint8Array | string) => {
    clearTimeout(timer)
    tell(parser.feed(Buffer.from(chunk as Uint8Array)))
  }
  input.on('data', onData)
  return () => {
    clearTimeout(timer)
    input.off('data', onData)
  }
}

/** How much of `mark` a text ends with, short of all of it. */
function begunLength(text: string, mark: string): number {
  let length = Math.min(text.length, mark.length - 1)
  while (length > 0 && !text.endsWith(mark.slice(0, length))) length -= 1
  return length
}
