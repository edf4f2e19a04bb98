import { StringDecoder } from 'node:string_decoder'

/** One thing done at the keyboard. */
export type KeyEvent =
  /** One code point that was typed. */
  | { type: 'text'; text: string }
  /** All of a bracketed paste, as the terminal sent it. */
  | { type: 'paste'; text: string }
  /** A named key (`up`, `enter`), or a character together with Ctrl or Alt. */
  | { type: 'key'; name: string; ctrl: boolean; alt: boolean; shift: boolean }

const ESC = '\x1b'
const PASTE_START = '\x1b[200~'
const PASTE_END = '\x1b[201~'

/** How long the rest of an escape sequence may take; after it, ESC was the key of that name. */
const SEQUENCE_TIMEOUT_MS = 50

/** How long a paste may pause; after it, its end was lost, and keys must work again. */
const PASTE_TIMEOUT_MS = 2_000

/** A longer sequence is not one of a keyboard. */
const MAX_SEQUENCE_LENGTH = 64

/** Final character of a CSI or SS3 sequence → key. */
const KEY_BY_FINAL: Record<string, string> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  F: 'end',
  H: 'home',
  Z: 'tab',
}

/** First number of a CSI sequence that ends in `~` → key. */
const KEY_BY_NUMBER: Record<string, string> = {
  1: 'home',
  3: 'delete',
  4: 'end',
  5: 'pageUp',
  6: 'pageDown',
  7: 'home',
  8: 'end',
}

/** Control character → key, where it is not Ctrl and a letter. */
const KEY_BY_CONTROL: Record<string, string> = {
  '\t': 'tab',
  '\r': 'enter',
  '\n': 'enter',
  '\b': 'backspace',
  '\x7f': 'backspace',
}

/**
 * Turns a terminal's bytes into keys. The events do not depend on how the bytes were cut into
 * chunks, as long as `flush` is called only after `flushDelayMs` without a new chunk.
 */
export class KeyParser {
  readonly #decoder = new StringDecoder('utf8')
  /** Begins with the first character that is not an event yet. */
  #rest = ''

  /** The events that `chunk` completes. */
  feed(chunk: Uint8Array): KeyEvent[] {
    this.#rest += this.#decoder.write(chunk)
    return this.#take()
  }

  /** How long to wait for the rest before `flush`, or undefined when nothing is outstanding. */
  get flushDelayMs(): number | undefined {
    if (this.#rest === '') return undefined
    return this.#rest.startsWith(PASTE_START) ? PASTE_TIMEOUT_MS : SEQUENCE_TIMEOUT_MS
  }

  /** The events in what is outstanding, now that no more of it will come. */
  flush(): KeyEvent[] {
    const rest = this.#rest
    this.#rest = ''
    if (rest.startsWith(PASTE_START))
      return [{ type: 'paste', text: rest.slice(PASTE_START.length) }]
    if (rest === ESC) return [key('escape')]
    if (rest.length === 2) return [{ ...typed(rest[1]!), alt: true }]
    return []
  }

  #take(): KeyEvent[] {
    const events: KeyEvent[] = []
    let at = 0
    while (at < this.#rest.length) {
      const length = this.#rest[at] === ESC ? this.#sequence(at, events) : this.#plain(at, events)
      if (length === 0) break
      at += length
    }
    this.#rest = this.#rest.slice(at)
    return events
  }

  /** Takes one character that is not ESC, and returns its length. */
  #plain(at: number, events: KeyEvent[]): number {
    const text = String.fromCodePoint(this.#rest.codePointAt(at)!)
    events.push(isControl(text) ? typed(text) : { type: 'text', text })
    return text.length
  }

  /** Takes what ESC begins, and returns its length: 0 while it is incomplete. */
  #sequence(at: number, events: KeyEvent[]): number {
    const rest = this.#rest
    if (rest.startsWith(PASTE_START, at)) {
      const end = rest.indexOf(PASTE_END, at + PASTE_START.length)
      if (end < 0) return 0
      events.push({ type: 'paste', text: rest.slice(at + PASTE_START.length, end) })
      return end + PASTE_END.length - at
    }
    const second = rest[at + 1]
    if (second === undefined) return 0
    if (second === ESC) {
      events.push(key('escape'))
      return 1
    }
    if (second === '[' || second === 'O') return this.#coded(at, events)
    const text = String.fromCodePoint(rest.codePointAt(at + 1)!)
    events.push({ ...typed(text), alt: true })
    return 1 + text.length
  }

  /** Takes a CSI or SS3 sequence. One that means no key is dropped whole. */
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
    const parameters = this.#rest.slice(at + 2, end)
    const [number = '', modifier = '1'] = parameters.split(';')
    const name = final === '~' ? KEY_BY_NUMBER[number] : KEY_BY_FINAL[final]
    if (name !== undefined && /^[\d;]*$/.test(parameters)) {
      const bits = Number(modifier) - 1
      const shift = (bits & 1) > 0 || final === 'Z'
      events.push({ ...key(name), shift, alt: (bits & 2) > 0, ctrl: (bits & 4) > 0 })
    }
    return end + 1 - at
  }
}

type Key = Extract<KeyEvent, { type: 'key' }>

function key(name: string): Key {
  return { type: 'key', name, ctrl: false, alt: false, shift: false }
}

/** The key that sends this one character. */
function typed(text: string): Key {
  const named = KEY_BY_CONTROL[text]
  if (named !== undefined) return key(named)
  if (!isControl(text)) return key(text)
  const letter = String.fromCharCode(text.charCodeAt(0) + 0x40).toLowerCase()
  return { ...key(letter === '@' ? ' ' : letter), ctrl: true }
}

function isControl(text: string): boolean {
  const code = text.charCodeAt(0)
  return code < 0x20 || code === 0x7f
}
