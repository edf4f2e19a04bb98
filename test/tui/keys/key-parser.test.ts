import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type KeyEvent, KeyParser } from '../../../src/tui/keys/key-parser.ts'

const key = (name: string, held: { ctrl?: true; alt?: true; shift?: true } = {}): KeyEvent => ({
  type: 'key',
  name,
  ctrl: false,
  alt: false,
  shift: false,
  ...held,
})
const text = (typed: string): KeyEvent => ({ type: 'text', text: typed })

/** All events of bytes that come in these chunks, with nothing after them. */
function parse(...chunks: (string | Uint8Array)[]): KeyEvent[] {
  const parser = new KeyParser()
  const events = chunks.flatMap((chunk) => parser.feed(Buffer.from(chunk as string)))
  return joinText([...events, ...parser.flush()])
}

/** Typed text may come in pieces, which say the same as one. */
function joinText(events: KeyEvent[]): KeyEvent[] {
  const joined: KeyEvent[] = []
  for (const event of events) {
    const last = joined.at(-1)
    if (event.type === 'text' && last?.type === 'text')
      joined[joined.length - 1] = text(last.text + event.text)
    else joined.push(event)
  }
  return joined
}

describe('KeyParser', () => {
  it('the events do not depend on how the bytes are cut into chunks', () => {
    const piece = fc.oneof(
      fc.constantFrom('\x1b', '\x1b[A', '\x1b[1;5C', '\x1bOH', '\x1b[3~', '\x1bb', '\x1b[[A', 'é'),
      fc.constantFrom('\x1b[200~', '\x1b[201~', '\x1b[<0;1;1M', '👩‍👩‍👧', '\r', '\x03', 'abc', '['),
      fc.string({ unit: 'binary', maxLength: 4 }),
      fc.constant(`\x1b[${'1;'.repeat(50)}`),
    )
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 12 }).map((pieces) => Buffer.from(pieces.join(''))),
        fc.array(fc.nat(400), { maxLength: 12 }),
        (bytes, cuts) => {
          const ends = [...cuts.filter((cut) => cut < bytes.length), bytes.length]
          ends.sort((a, b) => a - b)
          const chunks = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
          expect(parse(...chunks)).toEqual(parse(bytes))
        },
      ),
      { numRuns: 300 },
    )
  })

  it('the events are the same wherever the bytes are cut in two', () => {
    const bytes = Buffer.from(
      'a\x1b[<64;10;5M\x1b[200~one\r\x1b[A二👍\x1b[201~\x1b[13;2u\x1b[Ié👩‍👩‍👧\x1bOP\x1b[27;5;13~\x1bx',
    )
    const whole = parse(bytes)
    expect(whole).toHaveLength(9)
    for (let cut = 1; cut < bytes.length; cut++)
      expect(parse(bytes.subarray(0, cut), bytes.subarray(cut))).toEqual(whole)
  })

  it('a large paste that comes in many chunks is one event', () => {
    const pasted = 'line of text\r'.repeat(80_000)
    const bytes = Buffer.from(`\x1b[200~${pasted}\x1b[201~`)
    const chunks = Array.from({ length: Math.ceil(bytes.length / 4_096) }, (_, index) =>
      bytes.subarray(index * 4_096, (index + 1) * 4_096),
    )
    expect(parse(...chunks)).toEqual([{ type: 'paste', text: pasted }])
  })

  it('a burst of lines is the text and the keys in it', () => {
    const burst = [text('ab'), key('enter'), text('c'), key('enter')]
    expect(parse('ab\rc\r')).toEqual(burst)
  })

  it('a bracketed paste is one event, line ends and control sequences included', () => {
    expect(parse('x\x1b[200~one\rtwo\x1b[A\x03\x1b[201~y')).toEqual([
      text('x'),
      { type: 'paste', text: 'one\rtwo\x1b[A\x03' },
      text('y'),
    ])
  })

  it('a paste whose end was lost is what came of it', () => {
    expect(parse('\x1b[200~lost')).toEqual([{ type: 'paste', text: 'lost' }])
  })

  it.each([
    ['\x1b[A', key('up')],
    ['\x1bOB', key('down')],
    ['\x1b[1;5D', key('left', { ctrl: true })],
    ['\x1b[1;3C', key('right', { alt: true })],
    ['\x1b[H', key('home')],
    ['\x1b[4~', key('end')],
    ['\x1b[3;2~', key('delete', { shift: true })],
    ['\x1b[5~', key('pageUp')],
    ['\x1b[6~', key('pageDown')],
    ['\x1b[Z', key('tab', { shift: true })],
    ['\x1bb', key('b', { alt: true })],
    ['\x1bé', key('é', { alt: true })],
    ['\x1b\r', key('enter', { alt: true })],
    ['\x1b\x7f', key('backspace', { alt: true })],
    ['\x1b', key('escape')],
    ['\x1b[', key('[', { alt: true })],
    ['\x03', key('c', { ctrl: true })],
    ['\x00', key('space', { ctrl: true })],
    ['\n', key('j', { ctrl: true })],
    ['\x1b[13;2u', key('enter', { shift: true })],
    ['\x1b[99;5u', key('c', { ctrl: true })],
    ['\x1b[97:65:97;3:1u', key('a', { alt: true })],
    ['\x1b[27;5;13~', key('enter', { ctrl: true })],
    ['\x1b[27u', key('escape')],
    ['\x1bOP', key('f1')],
    ['\x1b[15~', key('f5')],
    ['\x1b[1;2S', key('f4', { shift: true })],
    ['\x1b[<64;12;7M', { type: 'mouse', button: 'wheelUp', column: 11, row: 6 }],
    ['\x1b[<65;1;1M', { type: 'mouse', button: 'wheelDown', column: 0, row: 0 }],
    ['\x1b[<0;250;80M', { type: 'mouse', button: 'left', column: 249, row: 79 }],
    ['\x1b[I', { type: 'focus', isFocused: true }],
    ['\x1b[O', { type: 'focus', isFocused: false }],
    ['\x7f', key('backspace')],
    ['\t', key('tab')],
    ['👍', text('👍')],
  ])('%j is one key', (bytes, event) => {
    expect(parse(bytes)).toEqual([event])
  })

  it.each([
    ...['\x1b[<0;12;7m', '\x1b[<35;12;7M', '\x1b[?62;4c', '\x1b[[A', '\x1b[1;5'],
    ...['\x1b[97;1:3u', '\x1b[57441u'],
  ])('%j is dropped whole', (bytes) => {
    expect(parse(bytes)).toEqual([])
  })

  it('an interrupted sequence does not swallow the key after it', () => {
    expect(parse('\x1b[1;\x03')).toEqual([key('c', { ctrl: true })])
  })

  it('two ESC and an arrow are the escape key and the arrow', () => {
    expect(parse('\x1b\x1b[A')).toEqual([key('escape'), key('up')])
  })

  it('an unfinished sequence asks for a flush, and a finished one does not', () => {
    const parser = new KeyParser()
    parser.feed(Buffer.from('\x1b'))
    expect(parser.flushDelayMs).toBeGreaterThan(0)
    parser.feed(Buffer.from('[A'))
    expect(parser.flushDelayMs).toBeUndefined()
  })
})
