import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import stringWidth from 'string-width'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import { startServer, type TestServer } from '../support/start-server.ts'
import { startTamperingProxy } from '../support/tampering-proxy.ts'
import { until } from '../support/until.ts'
import { WireClient } from '../support/wire-client.ts'
import { ScreenRun, type ScreenRunOptions } from './screen-run.ts'

const FOCUS = '\x1b[I'
const BLUR = '\x1b[O'
const PAGE_UP = '\x1b[5~'

let server: TestServer
let bob: WireClient
const opened: { close(): Promise<void> }[] = []

beforeAll(async () => {
  server = await startServer()
  bob = await WireClient.connect(server.url, 2)
})
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close()
})
afterAll(async () => {
  await bob.close()
  await server.close()
})

/** The client of user 1 on a terminal in this process, connected. */
async function open(options: ScreenRunOptions & { url?: string } = {}): Promise<ScreenRun> {
  const run = new ScreenRun(options.url ?? server.url, 1, options)
  opened.push(run)
  await run.shows(/^ connected \|/m)
  return run
}

/** Bob writes to a chat, and all of it is stored. */
async function say(chatId: number, ...contents: string[]): Promise<void> {
  const before = bob.all('MESSAGE').length
  for (const content of contents)
    bob.send({ type: 'NEW_MESSAGE', chat_id: chatId, sender_id: 2, content })
  await bob.next('MESSAGE', before + contents.length)
}

describe('mentions', () => {
  it('ring and notify while the terminal does not have the focus', async () => {
    const ann = await open({ mentions: ['ops'] })
    ann.press(BLUR)
    await say(1, 'nothing', 'hey @1, look')
    await ann.shows('hey @1')
    expect(ann.terminal.bells).toBe(1)
    expect(ann.notifications).toEqual(['chatws: #1 <2> hey @1, look'])
    expect(ann.title).toMatch(/^\(\d+\) chatws #1$/)
  })

  it('are shown only, where someone looks', async () => {
    const ann = await open({ columns: 100, mentions: ['Ops'] })
    await say(1, 'hey @1, ask OPS now')
    await ann.shows('ask OPS now')
    expect([ann.terminal.bells, ann.notifications]).toEqual([0, []])
  })

  it('in another chat they are counted until one goes there', async () => {
    const ann = await open()
    await say(12, 'hey @1', 'and @12', '@1!')
    await ann.shows(/ #12 +@2 3 /)
    ann.press('\x1ba')
    await ann.shows('chatws #12')
    await ann.shows(/>#12 +│/)
  })

  it('in a muted chat they are neither counted nor rung for', async () => {
    const ann = await open()
    ann.enter('/join 13')
    await ann.shows('chatws #13')
    ann.enter('/mute')
    await ann.shows('this chat is muted')
    ann.press(BLUR)
    await say(13, 'hey @1')
    await ann.shows('hey @1')
    await ann.shows(/>#13 +1 muted/)
    expect([ann.terminal.bells, ann.notifications]).toEqual([0, []])
  })

  it('cannot drive the terminal through the notification', async () => {
    const ann = await open()
    ann.press(BLUR)
    await say(1, '@1 \u0007\u001b\\\u001b]2;owned\u0007')
    await until(() => ann.notifications.length > 0, 'the notification')
    expect(ann.notifications).toEqual(['chatws: #1 <2> @1 ␇␛\\␛]2;owned␇'])
    expect(ann.title).not.toContain('owned')
  })
})

describe('what was read', () => {
  it('is told while the terminal has the focus, and marked when it has it again', async () => {
    const ann = await open()
    const readBy1 = () => {
      const receipts = bob.all('RECEIPT').filter((one) => one.userId === 1 && one.chat_id === 1)
      return Math.max(0, ...receipts.map(({ read }) => read))
    }
    await say(1, 'seen')
    const seen = bob.all('MESSAGE').at(-1)!.payload.id
    await until(() => readBy1() === seen, 'the receipt')
    ann.press(BLUR)
    await say(1, 'not seen')
    await ann.shows('not seen')
    await ann.shows('─ new ─')
    expect(readBy1()).toBe(seen)
    ann.press(FOCUS)
    await until(() => readBy1() > seen, 'the second receipt')
  })
})

describe('a user who does nothing', () => {
  it('is idle for the others until the next key', async () => {
    const ann = await open({ idleMs: 100 })
    const states = () => {
      const told = bob.all('USER_ACTIVITY').filter(({ userId }) => userId === 1)
      return told.map(({ state }) => state)
    }
    await until(() => states().at(-1) === 'idle', 'idle')
    ann.press('x')
    await until(() => states().includes('active'), 'active')
    expect(states().slice(0, 2)).toEqual(['idle', 'active'])
  })
})

describe('what a person meets', () => {
  it('Esc and a command that arrive together are the key and the command', async () => {
    const ann = await open()
    ann.press('\x1b/join 41\r')
    await ann.shows('chatws #41')
    ann.press('\x1b#text\r')
    await ann.shows('<1> #text')
    ann.press('\x1bé\r')
    await ann.shows('<1> é')
    expect(bob.all('MESSAGE').map(({ payload }) => payload.content)).not.toContain('join 41')
  })

  it.each(['reply', 'react', 'edit', 'delete', 'open'])(
    'ids are shown while /%s is typed, and while a message is selected',
    async (command) => {
      const ann = await open({ chat: { kind: 'chat', id: 42 } })
      await say(42, 'which one')
      const { id } = bob.all('MESSAGE').at(-1)!.payload
      await ann.shows('which one')
      expect(ann.screen).not.toContain('which one #')
      ann.press(`/${command} `)
      await ann.shows(`which one #${id}`)
      ann.press('\x15')
      await until(() => !ann.screen.includes('which one #'), 'the id to go')
      ann.press('\x1b[1;3A')
      await ann.shows(`which one #${id}`)
    },
  )

  it('who has read is told in words that name no user', async () => {
    const ann = await open({ chat: { kind: 'chat', id: 43 } })
    ann.enter('seen?')
    await ann.shows('seen? ✓')
    const { id } = (await bob.next('MESSAGE', bob.all('MESSAGE').length)).payload
    bob.send({ type: 'READ', chat_id: 43, id })
    await ann.shows('✓✓ read by 2')
  })

  it('a hint for programs in the reason of a close is not shown', async () => {
    const closing = new WebSocketServer({ host: '127.0.0.1', port: 0 })
    closing.on('connection', (socket) => socket.close(4003, 'Too many; retry_after_ms=865'))
    await once(closing, 'listening')
    const { port } = closing.address() as AddressInfo
    const ann = new ScreenRun(`ws://127.0.0.1:${port}`, 1)
    opened.push(ann)
    await ann.shows(/attempt 1: Too many \|/)
    expect(ann.screen).not.toContain('retry_after')
    closing.close()
  })

  it.each([
    [':thumb', '👍'],
    [':heart', '❤️'],
    [':smile', '😄'],
    [':joy', '😂'],
    [':+1', '👍'],
    [':check', '✅'],
    [':fire', '🔥'],
  ])('%s completes to %s', async (typed, emoji) => {
    const ann = await open({ chat: { kind: 'chat', id: 44 } })
    ann.press(`${typed}\t`)
    await ann.shows(`> ${emoji}`)
  })
})

describe('a connection that is lost', () => {
  it('comes back with what was missed, and with what was written meanwhile sent once', async () => {
    let isOpen = true
    const proxy = await startTamperingProxy(
      () => (isOpen ? `${server.url}/` : 'ws://127.0.0.1:1/'),
      (frame) => [frame],
    )
    const ann = await open({ url: proxy.url, rows: 30 })
    ann.enter('/join 21')
    await say(21, 'before')
    await ann.shows('<2> before')
    isOpen = false
    proxy.cutAll()
    await ann.shows('connection lost')
    await ann.shows(/reconnecting in \d+ s, attempt \d+/)
    ann.enter('while away')
    await ann.shows('while away (waits for a connection)')
    await say(21, 'missed one', 'missed two')
    isOpen = true
    await ann.shows('connected again: 2 messages came meanwhile')
    await ann.shows('missed two')
    await ann.shows('while away ✓')
    await say(21, 'the end')
    const own = bob.all('MESSAGE').filter(({ payload }) => payload.content === 'while away')
    expect(own).toHaveLength(1)
    const places = ['before', 'missed one', 'missed two'].map((text) => ann.screen.indexOf(text))
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    await ann.close()
    opened.pop()
    await proxy.close()
  })
})

describe('older messages', () => {
  it('are read from the server when one scrolls up to them', async () => {
    const count = 250
    await say(31, ...Array.from({ length: count }, (_, index) => `line ${index} end`))
    const ann = await open({ chat: { kind: 'chat', id: 31 } })
    await ann.shows(`line ${count - 1} end`)
    await until(() => {
      ann.press(PAGE_UP)
      return ann.screen.includes('line 0 end')
    }, 'the oldest message')
    await ann.shows(/\d+ new ↓/)
    const shown = [...ann.screen.matchAll(/line (\d+) end/g)].map(([, index]) => Number(index))
    expect(shown).toEqual(shown.map((_, index) => index))
    ann.press('\x1b')
    await ann.shows(`line ${count - 1} end`)
  })
})

describe('the whole screen', () => {
  it.each([
    [40, 12],
    [80, 24],
    [120, 40],
    [250, 80],
  ])('fills %i×%i, and equals itself after a storm of sizes', async (columns, rows) => {
    await say(41, 'Hello', '了解しました。ログを確認してから折り返します 👍', 'x'.repeat(300))
    const ann = await open({ columns, rows, chat: { kind: 'chat', id: 41 } })
    await ann.shows('xxx')
    ann.press('some text')
    await ann.shows('> some text')
    const lines = ann.terminal.lines
    expect(lines).toHaveLength(rows)
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(columns)
    expect(lines[0]).toMatch(/^ chatws #41 \| user 1/)
    expect(lines.at(-1)).toBe('> some text')
    expect(lines.at(-2)).toMatch(/^ connected \|/)
    expect(ann.screen.includes('Online (')).toBe(columns >= 60)

    // The status tells the time of a round trip, which may have been measured anew.
    const others = () => ann.terminal.lines.toSpliced(-2, 1)
    const before = others()
    for (const [width, height] of [
      [30, 8],
      [200, 60],
      [61, 9],
      [20, 3],
    ] as const)
      ann.terminal.resize(width, height)
    ann.terminal.resize(columns, rows)
    await until(() => others().join('\n') === before.join('\n'), 'the same screen')
    expect(others()).toEqual(before)
  })

  it('help shows every command and key, and a list is left with Esc', async () => {
    const ann = await open({ columns: 100, rows: 120 })
    ann.press('?')
    await ann.shows('/upload <path>')
    await ann.shows('//text')
    await ann.shows('f1')
    ann.press('\x1b')
    await until(() => !ann.screen.includes('/upload'), 'the help to go')
  })
})
