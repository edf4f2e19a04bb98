import { EventEmitter } from 'node:events'
import { PassThrough } from 'node:stream'
import { createChatClient } from '../../src/client/node.ts'
import { KeyMap } from '../../src/tui/keys/key-map.ts'
import { runTerminalClient, type TerminalClientOptions } from '../../src/tui/terminal-client.ts'
import { until } from '../support/until.ts'
import { VirtualScreen } from './screen/virtual-screen.ts'

/** What is sent to a terminal besides the screen: the title, OSC 9, bells and the modes. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is the point
const ASIDE = /\x1b\]([^\x07\x1b]*)(?:\x07|\x1b\\)|\x07|\x1b\[(?:[<>?]\S*?[hlu]|2[23];2t|2J)/g

/** A stand-in for a terminal that a program fills, of which what is on its screen can be read. */
class FakeTerminal extends EventEmitter {
  readonly isTTY = true
  columns: number
  rows: number
  #screen: VirtualScreen
  /** Operating system commands, `9;…` and `2;…`, in order. */
  readonly commands: string[] = []
  bells = 0

  constructor(columns: number, rows: number) {
    super()
    this.columns = columns
    this.rows = rows
    this.#screen = new VirtualScreen(columns, rows)
  }

  get lines(): string[] {
    return this.#screen.lines
  }

  readonly write = (text: string): boolean => {
    const drawn = text.replace(ASIDE, (sequence, command?: string) => {
      if (command !== undefined) this.commands.push(command)
      if (sequence === '\x07') this.bells += 1
      return ''
    })
    this.#screen.write(drawn)
    return true
  }

  resize(columns: number, rows: number): void {
    this.columns = columns
    this.rows = rows
    this.#screen = new VirtualScreen(columns, rows)
    this.emit('resize')
  }
}

export interface ScreenRunOptions
  extends Partial<Pick<TerminalClientOptions, 'chat' | 'env' | 'mentions' | 'idleMs'>> {
  readonly columns?: number
  readonly rows?: number
  readonly token?: string
}

/** A run of the full-screen client in this process, on a terminal that is none. */
export class ScreenRun {
  readonly terminal: FakeTerminal
  readonly exitCode: Promise<number>
  readonly #stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => {} })
  readonly #client
  #stop: (exitCode: number) => void = () => {}

  constructor(url: string, userId: number, options: ScreenRunOptions = {}) {
    const { columns = 80, rows = 24, token, ...rest } = options
    this.terminal = new FakeTerminal(columns, rows)
    this.#client = createChatClient({ url, userId, ...(token !== undefined && { token }) })
    this.exitCode = runTerminalClient({
      client: this.#client,
      chat: { kind: 'chat', id: 1 },
      isChatNamed: rest.chat !== undefined,
      stdin: this.#stdin as unknown as NodeJS.ReadStream,
      stdout: this.terminal as unknown as NodeJS.WriteStream,
      env: {},
      keyMap: new KeyMap(),
      theme: 'none',
      hasMouse: true,
      hasBell: true,
      mentions: [],
      idleMs: 300_000,
      escapeMs: 50,
      stopped: new Promise((resolve) => {
        this.#stop = resolve
      }),
      ...rest,
    })
  }

  get screen(): string {
    return this.terminal.lines.join('\n')
  }

  /** The window's title. */
  get title(): string | undefined {
    return this.terminal.commands.findLast((command) => command.startsWith('2;'))?.slice(2)
  }

  get notifications(): string[] {
    const all = this.terminal.commands.filter((command) => command.startsWith('9;'))
    return all.map((command) => command.slice(2))
  }

  press(keys: string): void {
    this.#stdin.write(keys)
  }

  /** Types a line and enters it. */
  enter(line: string): void {
    this.press(`${line}\r`)
  }

  async shows(text: string | RegExp): Promise<void> {
    const isShown = () =>
      typeof text === 'string' ? this.screen.includes(text) : text.test(this.screen)
    try {
      await until(isShown, String(text))
    } catch (error) {
      throw new Error(`${(error as Error).message}; the screen:\n${this.screen}`)
    }
  }

  async close(): Promise<void> {
    this.#stop(0)
    await this.exitCode
    this.#client.close()
  }
}
