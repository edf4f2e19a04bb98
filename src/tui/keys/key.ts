/** A named key (`up`, `enter`, `f1`), or a character together with Ctrl or Alt. */
export interface Key {
  readonly type: 'key'
  readonly name: string
  readonly ctrl: boolean
  readonly alt: boolean
  readonly shift: boolean
}

/** A button pressed, or one step of the wheel; column and row count from 0. */
export interface MouseEvent {
  readonly type: 'mouse'
  readonly button: 'left' | 'middle' | 'right' | 'wheelUp' | 'wheelDown'
  readonly column: number
  readonly row: number
}

/** Final character of a CSI or SS3 sequence → key. */
const KEY_BY_FINAL: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  F: 'end',
  H: 'home',
  P: 'f1',
  Q: 'f2',
  R: 'f3',
  S: 'f4',
  Z: 'tab',
}

/** First number of a CSI sequence that ends in `~` → key. */
const KEY_BY_NUMBER: Readonly<Record<string, string>> = {
  ...{ 1: 'home', 2: 'insert', 3: 'delete', 4: 'end', 5: 'pageUp', 6: 'pageDown' },
  ...{ 7: 'home', 8: 'end', 11: 'f1', 12: 'f2', 13: 'f3', 14: 'f4', 15: 'f5', 17: 'f6' },
  ...{ 18: 'f7', 19: 'f8', 20: 'f9', 21: 'f10', 23: 'f11', 24: 'f12' },
}

/** Code of a key in the kitty protocol and in xterm's modifyOtherKeys → key. */
const KEY_BY_CODE: Readonly<Record<string, string>> = {
  ...{ 9: 'tab', 13: 'enter', 27: 'escape', 32: 'space', 127: 'backspace' },
  ...{ 57414: 'enter', 57417: 'left', 57418: 'right', 57419: 'up', 57420: 'down' },
  ...{ 57421: 'pageUp', 57422: 'pageDown', 57423: 'home', 57424: 'end', 57426: 'delete' },
}

/** Control character → key, where it is not Ctrl and a letter. */
const KEY_BY_CONTROL: Record<string, string> = {
  '\t': 'tab',
  '\r': 'enter',
  '\b': 'backspace',
  '\x7f': 'backspace',
}

const BUTTONS = ['left', 'middle', 'right'] as const

/** What the kitty protocol calls the release of a key; it is not asked for, and not wanted. */
const RELEASE = '3'

/**
 * What a CSI or SS3 sequence means: its parameters, and its last character. Undefined where it
 * means nothing here, as the answers of a terminal do.
 * https://invisible-island.net/xterm/ctlseqs/ctlseqs.html
 * https://sw.kovidgoyal.net/kitty/keyboard-protocol/
 */
export function decodeSequence(
  parameters: string,
  final: string,
): Key | MouseEvent | { type: 'focus'; isFocused: boolean } | undefined {
  if (parameters.startsWith('<')) return decodeMouse(parameters.slice(1), final)
  if (!/^[\d;:]*$/.test(parameters)) return undefined
  if (parameters === '' && (final === 'I' || final === 'O'))
    return { type: 'focus', isFocused: final === 'I' }
  const [number = '', modifier = '', code = ''] = parameters.split(';')
  if (final === 'u') return decodeCoded(number, modifier)
  if (final === '~' && number === '27') return decodeCoded(code, modifier)
  const name = final === '~' ? KEY_BY_NUMBER[number] : KEY_BY_FINAL[final]
  if (name === undefined) return undefined
  return withModifier(name, modifier, final === 'Z')
}

/** `CSI code:…;modifier:event u`: a key by its code point. */
function decodeCoded(codes: string, modifier: string): Key | undefined {
  const code = Number(codes.split(':')[0])
  const named = KEY_BY_CODE[code]
  // From U+E000 on kitty has its own codes for keys that send no text.
  if (named === undefined && !(code > 0x20 && code < 0xe000)) return undefined
  return withModifier(named ?? String.fromCodePoint(code), modifier)
}

function withModifier(name: string, modifier: string, isShifted = false): Key | undefined {
  const [bitsPlusOne = '', event] = modifier.split(':')
  if (event === RELEASE) return undefined
  const bits = Math.max(0, Number(bitsPlusOne) - 1)
  return {
    type: 'key',
    name,
    ctrl: (bits & 4) > 0,
    alt: (bits & 2) > 0,
    shift: (bits & 1) > 0 || isShifted,
  }
}

/** `CSI < button ; column ; row M`: SGR mouse reports; a release ends in `m`. */
function decodeMouse(parameters: string, final: string): MouseEvent | undefined {
  const match = /^(\d+);(\d+);(\d+)$/.exec(parameters)
  if (!match || final !== 'M') return undefined
  const [bits, column, row] = match.slice(1).map(Number) as [number, number, number]
  const isMotion = (bits & 32) > 0
  const isWheel = (bits & 64) > 0
  const index = bits & 3
  const wheel = (['wheelUp', 'wheelDown'] as const)[index]
  const button = isWheel ? wheel : BUTTONS[index]
  if (isMotion || button === undefined) return undefined
  return { type: 'mouse', button, column: column - 1, row: row - 1 }
}

/**
 * Esc and a character, where they came together and Alt and that character mean nothing: over a slow
 * link both look the same. A sequence that was cut off begins with `[` or `O`, and is no text.
 */
export function splitAlt({
  name,
  ctrl,
  alt,
}: Key): [Key, { type: 'text'; text: string }] | undefined {
  const isCharacter = [...name].length === 1 && name !== '[' && name !== 'O'
  return alt && !ctrl && isCharacter ? [keyOf('escape'), { type: 'text', text: name }] : undefined
}

/** A key that nothing is held with. */
export function keyOf(name: string): Key {
  return { type: 'key', name, ctrl: false, alt: false, shift: false }
}

/** The key that sends this one character. */
export function pressed(text: string): Key {
  const named = KEY_BY_CONTROL[text]
  if (named !== undefined) return keyOf(named)
  if (!isControl(text)) return keyOf(text)
  const letter = String.fromCharCode(text.charCodeAt(0) + 0x40).toLowerCase()
  return { ...keyOf(letter === '@' ? 'space' : letter), ctrl: true }
}

/** Whether the character at a place controls; C1 comes as text. */
export function isControl(text: string, at = 0): boolean {
  const code = text.charCodeAt(at)
  return code < 0x20 || code === 0x7f
}
