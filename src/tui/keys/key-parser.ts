import { StringDecoder } from 'node:string_decoder'
import { decodeSequence, type Key, type MouseEvent } from './escape-sequence.ts'

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

/** How long the rest of an escape sequence may take; after it, ESC was the key of that name. */
const SEQUENCE_TIMEOUT_MS = 50

/** How long a paste may pause; after it, its end was lost, and keys must work again. */
const PASTE_TIMEOUT_MS = 2_000

/** A longer sequence is not one of a keyboard. */
const MAX_SEQUENCE_LENGTH = 64

/** Control character → key, where it is not Ctrl and a letter. */
const KEY_BY_CONTROL: Record<string, string> = {
  '\t': 'tab',
  '\r': 'enter',
  '\b': 'backspace',
  '\x7f': 'backspace',
}

/**
 * Turns a terminal's bytes into events. They do not depend on how the bytes were cut into chunks,
 * but that typed text may come in pieces, as long as `flush` is called only after `flushDelayMs`
 * without a new chunk.
 */
export class KeyParser {
  readonly #decoder = new StringDecoder('utf8')
  /** Begins with the first character that is not an event yet. */
  #rest = ''
  /** What has come of a paste; undefined outside of one. */
  #pasted: string[] | undefined

  /** The events that `chunk` completes. */
  feed(chunk: Uint8Array): KeyEvent[] {
    this.#rest += this.#decoder.write(chunk)
    return this.#take()
  }

  /** How long to wait for the rest before `flush`, or undefined when nothing is outstanding. */
  get flushDelayMs(): number | undefined {
    if (this.#pasted) return PASTE_TIMEOUT_MS
    return this.#rest === '' ? undefined : SEQUENCE_TIMEOUT_MS
  }

  /** The events in what is outstanding, now that no more of it will come. */
  flush(): KeyEvent[] {
    const rest = this.#rest
    this.#rest = ''
    if (this.#pasted) return [this.#endPaste(rest)]
    if (rest === ESC) return [keyOf('escape')]
    if (rest.length === 2) return [{ ...pressed(rest[1]!), alt: true }]
    return []
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
      events.push(this.#endPaste(this.#rest.slice(at, end)))
      return end + PASTE_END.length - at
    }
    // The end may have begun: what could be part of it is looked at again.
    const taken = Math.max(0, this.#rest.length - at - (PASTE_END.length - 1))
    this.#pasted?.push(this.#rest.slice(at, at + taken))
    return taken
  }

  #endPaste(last: string): KeyEvent {
    const text = [...(this.#pasted ?? []), last].join('')
    this.#pasted = undefined
    return { type: 'paste', text }
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
 */
export function readKeys(
  input: NodeJS.ReadableStream,
  onEvents: (events: KeyEvent[]) => void,
): () => void {
  const parser = new KeyParser()
  let timer: ReturnType<typeof setTimeout> | undefined
  const tell = (events: KeyEvent[]) => {
    if (events.length > 0) onEvents(events)
  }
  const onData = (chunk: Uint8Array | string) => {
    clearTimeout(timer)
    tell(parser.feed(Buffer.from(chunk as Uint8Array)))
    const { flushDelayMs } = parser
    if (flushDelayMs === undefined) return
    timer = setTimeout(() => {
      tell(parser.flush())
    }, flushDelayMs)
  }
  input.on('data', onData)
  return () => {
    clearTimeout(timer)
    input.off('data', onData)
  }
}

function keyOf(name: string): Key {
  return { type: 'key', name, ctrl: false, alt: false, shift: false }
}

/** The key that sends this one character. */
function pressed(text: string): Key {
  const named = KEY_BY_CONTROL[text]
  if (named !== undefined) return keyOf(named)
  if (!isControl(text)) return keyOf(text)
  const letter = String.fromCharCode(text.charCodeAt(0) + 0x40).toLowerCase()
  return { ...keyOf(letter === '@' ? 'space' : letter), ctrl: true }
}

function isControl(text: string, at = 0): boolean {
  const code = text.charCodeAt(at)
  return code < 0x20 || code === 0x7f
}
