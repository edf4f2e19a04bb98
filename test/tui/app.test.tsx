import { cleanup, render } from 'ink-testing-library'
import stringWidth from 'string-width'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { App } from '../../src/tui/app.tsx'
import { ChatState } from '../../src/tui/chat-state.ts'
import { Keyboard } from '../../src/tui/keyboard.ts'
import { until } from '../support/until.ts'

const NOON = new Date(2024, 0, 1, 12, 0, 0).toISOString()
const NORMAL = { columns: 80, rows: 14 }

afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

function mount(size = NORMAL) {
  const state = new ChatState(123, { kind: 'chat', id: 1 })
  const keyboard = new Keyboard({
    onLine: () => {},
    onQuit: () => {},
    pane: () => ({ entries: state.getSnapshot().entries, size: { columns: 58, rows: 10 } }),
  })
  const screen = (at: typeof size) => <App state={state} keyboard={keyboard} size={at} />
  const { lastFrame, rerender } = render(screen(size))
  const lines = () => lastFrame()?.split('\n') ?? []
  const resize = (to: typeof size) => rerender(screen(to))
  const say = (offset: number, content: string) =>
    state.addMessage({
      id: offset,
      chat_id: 1,
      sender_id: 456,
      content,
      created_at: NOON,
      offset,
    })
  const greet = (online: number[]) => {
    state.setStatus({ state: 'open' })
    state.established({
      type: 'CONNECTION_ESTABLISHED',
      userId: 123,
      timestamp: NOON,
      protocol: 1,
      sessionId: 's',
      epoch: 'e',
      offset: 0,
      limits: { maxMessageBytes: 65536 },
      online,
    })
  }
  const showing = (text: string) => until(() => lastFrame()?.includes(text) ?? false, text)
  return { state, keyboard, lines, resize, say, greet, showing }
}

describe('App', () => {
  it('shows title, users, messages, status and the line being typed', async () => {
    const { keyboard, lines, say, greet, showing } = mount()
    greet([123, 456])
    say(1, 'Hello world!')
    keyboard.press({ type: 'paste', text: 'half a' })
    await showing('Hello world!')
    await showing('half a')
    expect(lines().map((line) => line.trimEnd())).toEqual([
      ' chatws #1 | user 123',
      'Online (2)           │',
      '123 (you)            │',
      '456                  │',
      ...Array(6).fill('                     │'),
      '                     │12:00 <456> Hello world!',
      ' connected | 2 online',
      '> half a',
    ])
  })

  it.each([
    { columns: 40, rows: 12 },
    { columns: 59, rows: 5 },
    { columns: 80, rows: 24 },
    { columns: 100, rows: 3 },
  ])('at $columns×$rows it draws one row less than there are, none too wide', async (size) => {
    const { keyboard, lines, say, greet, showing } = mount(size)
    greet([123, 9007199254740991])
    say(1, '世界 '.repeat(100))
    keyboard.press({ type: 'paste', text: `${'long line '.repeat(50)}end` })
    await showing('end')
    expect(lines()).toHaveLength(size.rows - 1)
    for (const line of lines()) expect(stringWidth(line)).toBeLessThanOrEqual(size.columns)
  })

  it('the side list is gone on a narrow screen and back on a wide one', async () => {
    const { lines, greet, resize, showing } = mount()
    greet([123])
    await showing('Online (1)')
    resize({ columns: 40, rows: 12 })
    expect(lines().join('\n')).not.toContain('Online')
    expect(lines()).toHaveLength(11)
    resize(NORMAL)
    expect(lines().join('\n')).toContain('Online (1)')
    expect(lines()).toHaveLength(13)
  })

  it('users come and go in the side list', async () => {
    const { state, lines, greet, showing } = mount()
    greet([123])
    state.setPresence(77, true)
    await showing('77 ')
    state.setPresence(77, false)
    await showing('Online (1)')
    expect(lines().join('\n')).not.toContain('77 ')
  })

  it('users that do not fit are counted', async () => {
    const { greet, showing } = mount()
    greet(Array.from({ length: 500 }, (_, index) => index + 1))
    await showing('Online (500)')
    await showing('+ 492 more')
  })

  it('counts down to the next attempt, and says which one and why', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] })
    const { state, showing } = mount()
    state.setStatus({ state: 'waiting', attempt: 2, delayMs: 3_000, reason: 'no connection' })
    await showing('reconnecting in 3 s, attempt 2: no connection')
    await until(() => vi.getTimerCount() > 0, 'the countdown to run')
    vi.advanceTimersByTime(2_100)
    await showing('reconnecting in 1 s, attempt 2: no connection')
    state.setStatus({ state: 'open' })
    await until(() => vi.getTimerCount() === 0, 'the countdown to end')
  })

  it('control sequences from the server are not drawn', async () => {
    const { state, lines, say, showing } = mount()
    say(1, '\x1b]0;owned\x07\x9b2J')
    state.setStatus({ state: 'waiting', attempt: 1, delayMs: 9_000, reason: 'a\x1b[2Jb' })
    await showing('owned')
    await showing('a␛[2Jb')
    const text = lines()
      .join('')
      .replaceAll(/\p{Cc}\[\d+m/gu, '')
    expect(text).not.toMatch(/\p{Cc}/u)
  })

  it('says when newer messages are below', async () => {
    const { keyboard, say, greet, showing } = mount()
    greet([123])
    for (let offset = 1; offset <= 30; offset++) say(offset, `message ${offset} ends`)
    await showing('message 30 ends')
    keyboard.press({ type: 'key', name: 'pageUp', ctrl: false, alt: false, shift: false })
    await showing('PgDn: newer messages')
    await showing('message 21 ends')
  })
})
