import { describe, expect, it } from 'vitest'
import { Compositor, type Frame } from '../../../src/tui/screen/compositor.ts'
import { VirtualScreen } from './virtual-screen.ts'

const frame = (left: string[], right: string[]): Frame => ({
  regions: [
    { column: 0, row: 0, columns: 4, lines: left },
    { column: 4, row: 0, lines: right },
  ],
  cursor: { column: 1, row: 2 },
})

function create() {
  const screen = new VirtualScreen(12, 3)
  const writes: string[] = []
  const compositor = new Compositor((text) => {
    writes.push(text)
    screen.write(text)
  })
  return { screen, writes, compositor }
}

describe('Compositor', () => {
  it('a frame is one write, and the same frame again is none', () => {
    const { screen, writes, compositor } = create()
    compositor.paint(frame(['abc|', 'def|', '   |'], ['one', 'two', '']))
    compositor.paint(frame(['abc|', 'def|', '   |'], ['one', 'two', '']))
    expect(writes).toHaveLength(1)
    expect(screen.lines).toEqual(['abc|one', 'def|two', '   |'])
  })

  it('a line that fills its row keeps its last character', () => {
    const { screen, compositor } = create()
    compositor.paint(frame(['abc|', 'def|', '   |'], ['12345678', 'two', '']))
    expect(screen.lines[0]).toBe('abc|12345678')
  })

  it('only what changed is written, and what was longer before is erased', () => {
    const { screen, writes, compositor } = create()
    compositor.paint(frame(['abc|', 'def|', '   |'], ['one long', 'two', '']))
    compositor.paint(frame(['abc|', 'def|', '   |'], ['one', 'two', '']))
    expect(screen.lines[0]).toBe('abc|one')
    expect(writes[1]).not.toContain('two')
    expect(writes[1]).not.toContain('abc')
  })

  it('after it was told that the screen is another, everything is written', () => {
    const { writes, compositor } = create()
    const same = frame(['abc|', 'def|', '   |'], ['one', 'two', ''])
    compositor.paint(same)
    compositor.invalidate()
    compositor.paint(same)
    expect(writes[1]).toBe(writes[0])
  })

  it('it never clears the screen', () => {
    const { writes, compositor } = create()
    compositor.paint(frame(['abc|', 'def|', '   |'], ['one', 'two', '']))
    compositor.invalidate()
    compositor.paint(frame(['   |', '   |', '   |'], ['', '', '']))
    expect(writes.join('')).not.toMatch(/\[\d*J/)
  })
})
