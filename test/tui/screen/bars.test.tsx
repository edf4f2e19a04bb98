import { cleanup, render } from 'ink-testing-library'
import { afterEach, describe, expect, it } from 'vitest'
import { BottomBars } from '../../../src/tui/screen/bars.tsx'
import { Sidebar } from '../../../src/tui/screen/sidebar.tsx'
import { resolveTheme } from '../../../src/tui/screen/theme.ts'

afterEach(cleanup)

const theme = resolveTheme('none', {})
const linesOf = (frame: string | undefined) =>
  (frame ?? '').replaceAll(/\p{Cc}\[[\d;]*m/gu, '').split('\n')

describe('Sidebar', () => {
  const chats = Array.from({ length: 30 }, (_, index) => ({
    chat: { kind: 'chat' as const, id: index + 1 },
    title: `#${index + 1}`,
    isChosen: index === 0,
    isMuted: false,
    unread: 5_000,
    mentions: 0,
  }))
  const users = Array.from({ length: 500 }, (_, index) => ({
    id: index + 1,
    name: String(index + 1),
    isIdle: false,
    connections: 1,
  }))

  it.each([22, 26])('at %i columns it fills its rows and counts what does not fit', (columns) => {
    const { lastFrame } = render(
      <Sidebar userId={1} {...{ users, chats, columns, theme }} rows={10} />,
    )
    const lines = linesOf(lastFrame())
    expect(lines).toHaveLength(10)
    for (const line of lines) expect(line).toMatch(new RegExp(`^.{${columns - 2}} │$`))
    expect(lines[1]).toMatch(/^>#1 +999\+ │$/)
    expect(lines[4]).toContain('+ 27 more')
    expect(lines[9]).toContain('+ 497 more')
  })
})

describe('BottomBars', () => {
  const bars = { belowCount: 0, isWarning: false, theme, columns: 40 }

  it('draws hints and status', () => {
    const { lastFrame } = render(<BottomBars {...bars} hints="7 is typing …" status="connected" />)
    expect(linesOf(lastFrame()).map((line) => line.trimEnd())).toEqual([
      ' 7 is typing …',
      ' connected',
    ])
  })

  it('leaves out what there is no room for, and cuts what is too long', () => {
    const { lastFrame } = render(
      <BottomBars {...bars} hints={undefined} status={'long '.repeat(20)} />,
    )
    const lines = linesOf(lastFrame())
    expect(lines).toHaveLength(1)
    expect(lines[0]!.length).toBeLessThanOrEqual(40)
  })
})
