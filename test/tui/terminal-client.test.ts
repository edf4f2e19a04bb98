import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { isBuilt, PROGRAM } from '../support/program.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { until } from '../support/until.ts'
import { WireClient } from '../support/wire-client.ts'

/** Makes SIGUSR2 an error that nothing catches. */
const CRASH_ON_SIGUSR2 =
  'data:text/javascript,process.on("SIGUSR2",()=>{throw%20new%20Error("boom")})'

/** Why these tests cannot run here, if they cannot; where services are required they run and fail. */
function whySkipped(): string | undefined {
  if (process.env.CHATWS_REQUIRE_SERVICES === '1') return undefined
  try {
    execFileSync('tmux', ['-V'])
  } catch {
    return 'tmux is missing'
  }
  return isBuilt ? undefined : 'dist is missing: npm run build'
}

const skipped = whySkipped()

let server: TestServer
let folder: string

/** The arguments of a private tmux server, which no configuration and no other test touches. */
const tmuxServer = () => ['-S', join(folder, 'tmux.sock'), '-f', '/dev/null']

function tmux(...args: string[]): string {
  return execFileSync('tmux', [...tmuxServer(), ...args], { encoding: 'utf8' })
}

interface SessionOptions {
  readonly flags?: string
  /** Variables of the environment, as a shell takes them. */
  readonly env?: string
  /** Whether a shell with job control starts it, which it goes back to. */
  readonly hasShell?: boolean
  readonly rows?: number
}

/** A terminal in which a built `chatws connect` runs; then it shows the exit code and `stty -a`. */
class Session {
  readonly #name: string
  readonly #pidFile: string

  constructor(
    userId: number,
    { flags = '', env = '', hasShell = false, rows = 20 }: SessionOptions = {},
  ) {
    this.#name = `user${userId}`
    this.#pidFile = join(folder, `${this.#name}.pid`)
    const script = join(folder, `${this.#name}.sh`)
    const node = `'${process.execPath}' --import '${CRASH_ON_SIGUSR2}'`
    const command = `${node} '${PROGRAM}' connect --user ${userId} --url ${server.url} ${flags}`
    if (hasShell) {
      writeFileSync(script, `exec ${command}\n`)
      tmux('new-session', '-d', '-x', '80', '-y', '20', '-s', this.#name, "PS1='$ ' exec sh -i")
      this.type(`sh '${script}'`)
      this.press('Enter')
      return
    }
    writeFileSync(
      script,
      `echo before
sh -c 'echo $$ > "${this.#pidFile}"; exec "$@"' sh ${command}
echo "exit code $?"
stty -a
exec sleep 600
`,
    )
    // CI is set where these tests matter most, and must not keep ink from drawing.
    const shell = `CI=true ${env} exec sh '${script}'`
    const size = ['-x', '80', '-y', String(rows)]
    tmux('new-session', '-d', ...size, '-s', this.#name, shell)
  }

  get screen(): string {
    return tmux('capture-pane', '-p', '-t', this.#name)
  }

  /** The screen with the sequences that colour it. */
  get styledScreen(): string {
    return tmux('capture-pane', '-p', '-e', '-t', this.#name)
  }

  /** Whether the alternate screen is on, and whether the cursor is visible. */
  get modes(): string {
    return tmux('display-message', '-p', '-t', this.#name, '#{alternate_on} #{cursor_flag}').trim()
  }

  /** The column of the cursor, from 0, and its row. */
  get cursor(): string {
    return tmux('display-message', '-p', '-t', this.#name, '#{cursor_x} #{cursor_y}').trim()
  }

  press(...keys: string[]): void {
    tmux('send-keys', '-t', this.#name, ...keys)
  }

  /** Types text; tmux reads no key names in it. */
  type(text: string): void {
    tmux('send-keys', '-l', '-t', this.#name, text)
  }

  resize(columns: number, rows: number): void {
    tmux('resize-window', '-t', this.#name, '-x', String(columns), '-y', String(rows))
  }

  signal(signal: NodeJS.Signals): void {
    process.kill(Number(readFileSync(this.#pidFile, 'utf8')), signal)
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

  /** Waits for the end, and checks that the terminal is as it was before. */
  async endsWith(exitCode: number): Promise<void> {
    await this.shows(`exit code ${exitCode}`)
    await this.shows('echoe')
    expect(this.modes).toBe('0 1')
    expect(this.screen).toMatch(/^before$/m)
    expect(this.screen).toMatch(/(^|\s)icanon\s/m)
    expect(this.screen).toMatch(/(^|\s)echo\s/m)
  }

  close(): void {
    tmux('kill-session', '-t', this.#name)
  }
}

describe.skipIf(skipped)(`the full-screen client${skipped ? ` (${skipped})` : ''}`, () => {
  const opened: { close(): unknown }[] = []

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'chatws-tmux-'))
    server = await startServer()
    // Keeps the tmux server up between the tests.
    tmux('new-session', '-d', '-s', 'idle', 'exec sleep 600')
  })
  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close()
  })
  afterAll(async () => {
    tmux('kill-server')
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  })

  async function open(userId: number, options?: SessionOptions): Promise<Session> {
    const session = new Session(userId, options)
    opened.push(session)
    await session.shows(' connected |')
    return session
  }

  it('two clients see each other and exchange messages', async () => {
    const ann = await open(101)
    expect(ann.modes).toBe('1 1')
    const bob = await open(102)
    await ann.shows('Online (2)')
    await bob.shows('102 (you)')
    ann.type('Hello Bob')
    ann.press('Enter')
    await bob.shows('<101> Hello Bob')
    bob.type('Hello Ann')
    bob.press('Enter')
    await ann.shows('<102> Hello Ann')
    bob.type('/quit')
    bob.press('Enter')
    await bob.endsWith(0)
    await ann.shows('Online (1)')
  })

  it('keys edit the line, a paste enters nothing, and commands change the chat', async () => {
    const ann = await open(103)
    const watcher = await WireClient.connect(server.url, 104)
    opened.push(watcher)
    ann.type('/join 9')
    ann.press('Enter')
    await ann.shows('chatws #9')
    ann.type('wrld')
    ann.press('Left', 'Left', 'Left')
    ann.type('o')
    ann.press('C-a')
    ann.type('Hello ')
    ann.press('Enter')
    expect((await watcher.next('MESSAGE')).payload).toMatchObject({
      chat_id: 9,
      content: 'Hello world',
    })
    tmux('set-buffer', 'one\ntwo')
    tmux('paste-buffer', '-p', '-t', 'user103')
    await ann.shows('> one\n  two')
    ann.press('Enter')
    expect((await watcher.next('MESSAGE', 2)).payload.content).toBe('one\ntwo')
  })

  it.each([
    [
      'Hindi',
      'मुझे लगता है कि क्षमता परीक्षण के लिए सर्वर पर प्रतीक्षा करनी पड़ेगी क्योंकि प्रत्येक उपयोगकर्ता का संदेश अलग है',
    ],
    ['Thai', 'ทำไมคำถามนี้ จำเป็นต้องทำซ้ำ ทำความเข้าใจ น้ำดำคำนำ กำลังทำงานนำเข้า ทำลายจำนวนสำคัญ'],
    ['Lao', 'ທຳ ນ້ຳ ຄຳ ຈຳ ດຳ ທຳ ນ້ຳ ຄຳ ຈຳ ດຳ ທຳ ນ້ຳ ຄຳ ຈຳ ດຳ ທຳ ນ້ຳ ຄຳ ຈຳ ດຳ ທຳ ນ້ຳ ຄຳ ຈຳ ດຳ'],
    ['Bengali', 'আমি মনে করি যে আজকের সভায় সকলে উপস্থিত থাকতে পারবেন না কারণ প্রত্যেকের ব্যস্ততা রয়েছে'],
    ['emoji', '❤️👨‍👩‍👧👍🏽🇩🇪 '.repeat(12)],
    ['CJK', '漢字かな交じり文を書いて折り返しを確かめる。'.repeat(4)],
  ])('%s is not cut at the edge', async (name, text) => {
    const ann = await open(130, { flags: '--no-mouse' })
    const friend = await WireClient.connect(server.url, 131)
    opened.push(friend)
    friend.send({ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 131, content: `${text} END${name}` })
    await ann.shows(`END${name}`)
    // tmux may keep what it has put into one cell apart, or leave a mark out; never a letter.
    const letters = (shown: string) => shown.match(/[\p{Lo}\p{Extended_Pictographic}]/gu) ?? []
    // A picture of the screen may be taken while it is being drawn.
    const message = () => ann.screen.slice(ann.screen.lastIndexOf('<131>'))
    const shown = () => letters(message()).slice(0, letters(text).length)
    await expect.poll(shown, { timeout: 5_000 }).toEqual(letters(text))
  })

  it.each([
    ['ทำทำทำ', 8],
    ['क्षिक्षि', 8],
    ['世界', 6],
    ['e\u0301a', 4],
  ])('behind %s the cursor stands where the terminal ends it', async (text, column) => {
    const ann = await open(132)
    ann.type(text)
    await until(() => ann.cursor === `${column} 19`, `the cursor at ${column}: ${ann.cursor}`)
    ann.press('C-a')
    await until(() => ann.cursor === '2 19', 'the cursor before the text')
    ann.press('C-e')
    await until(() => ann.cursor === `${column} 19`, 'the cursor behind the text')
  })

  it('the screen follows the size of the terminal', async () => {
    const ann = await open(105)
    await ann.shows('Online (1)')
    ann.resize(40, 12)
    await until(() => !ann.screen.includes('Online (1)'), 'the side list to go')
    await until(() => ann.screen.split('\n')[10]?.startsWith(' connected') ?? false, 'the status')
    ann.resize(100, 30)
    await ann.shows('Online (1)')
    await until(() => ann.screen.split('\n')[28]?.startsWith(' connected') ?? false, 'the status')
    expect(ann.screen.match(/connected/g)).toHaveLength(1)
  })

  it.each([
    ['Ctrl-C', 0, (session: Session) => session.press('C-c')],
    ['Ctrl-D on an empty line', 0, (session: Session) => session.press('C-d')],
    ['SIGTERM', 143, (session: Session) => session.signal('SIGTERM')],
    ['SIGHUP', 129, (session: Session) => session.signal('SIGHUP')],
    ['an error that nothing caught', 1, (session: Session) => session.signal('SIGUSR2')],
  ])('%s restores the terminal and ends it with exit code %i', async (_, exitCode, end) => {
    const ann = await open(106)
    end(ann)
    await ann.endsWith(exitCode)
    if (exitCode === 1) expect(ann.screen).toContain('chatws: internal error')
  })

  it('Ctrl-Z gives the terminal back to the shell, and fg takes it again', async () => {
    const ann = await open(109, { hasShell: true })
    ann.type('half a line')
    await ann.shows('> half a line')
    ann.press('C-z')
    await ann.shows('Stopped')
    expect(ann.modes).toBe('0 1')
    ann.type('stty -a')
    ann.press('Enter')
    await ann.shows('echoe')
    expect(ann.screen).toMatch(/(^|\s)icanon\s/m)
    ann.type('fg')
    ann.press('Enter')
    await ann.shows('> half a line')
    await ann.shows(' connected |')
    expect(ann.modes).toBe('1 1')
    ann.type(' more')
    await ann.shows('> half a line more')
    ann.press('C-c')
    await until(() => ann.modes === '0 1', 'the shell')
  })

  it('$EDITOR changes the text, in a terminal as it was before', async () => {
    const editor = join(folder, 'editor.sh')
    const modes = join(folder, 'modes')
    const change = `printf ' changed\\nsecond line\\n' >> "$1"`
    writeFileSync(editor, `stty -a < /dev/tty > '${modes}'\n${change}\n`)
    const ann = await open(110, { env: `VISUAL= EDITOR="sh '${editor}'"` })
    ann.type('first line')
    await ann.shows('> first line')
    ann.press('C-x', 'C-e')
    await ann.shows('> first line changed\n  second line')
    expect(readFileSync(modes, 'utf8')).toMatch(/(^|\s)icanon\s/m)
    expect(ann.modes).toBe('1 1')
    ann.press('C-c')
    await ann.endsWith(0)
  })

  it('an editor that fails leaves the text, and the chat says so', async () => {
    const ann = await open(111, { env: 'VISUAL= EDITOR=false' })
    ann.type('first line')
    ann.press('C-x', 'C-e')
    await ann.shows('false ended with exit code 1')
    await ann.shows('> first line')
    expect(ann.modes).toBe('1 1')
  })

  it('a screen reader gets lines as they come, and nothing told by colour', async () => {
    const watcher = await WireClient.connect(server.url, 113)
    opened.push(watcher)
    const ann = new Session(112, { flags: '--screen-reader' })
    opened.push(ann)
    await ann.shows('* connected as user 112; online:')
    expect(ann.modes.startsWith('0')).toBe(true)
    watcher.send({ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 113, content: 'Hello Ann' })
    await ann.shows('#1 <113> Hello Ann')
    ann.type('Hello back')
    await ann.shows('Message to #1: Hello back')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is the point
    expect(ann.styledScreen).not.toMatch(/\x1b\[[\d;]*[349]\d/)
    ann.press('Enter')
    await ann.shows('#1 <112> Hello back')
    expect(ann.screen.match(/<113> Hello Ann/g)).toHaveLength(1)
    ann.type('/quit')
    ann.press('Enter')
    await ann.endsWith(0)
  })

  it('a screen reader has every command', async () => {
    const watcher = await WireClient.connect(server.url, 141)
    opened.push(watcher)
    const ann = new Session(140, { flags: '--screen-reader --chat 14', rows: 200 })
    opened.push(ann)
    await ann.shows('* connected as user 140; online:')
    const enter = (line: string) => {
      ann.type(line)
      ann.press('Enter')
    }
    watcher.send({ type: 'NEW_MESSAGE', chat_id: 14, sender_id: 141, content: 'a question' })
    const { id } = (await watcher.next('MESSAGE')).payload
    await ann.shows(`#14 <141> a question (#${id})`)
    enter(`/reply #${id} an answer`)
    const answer = (await watcher.next('MESSAGE', 2)).payload
    expect(answer).toMatchObject({ content: 'an answer', reply_to: id })
    await ann.shows(`<140> an answer (#${answer.id})`)
    enter(`/react 👍 #${id}`)
    await ann.shows(`* 140 reacts with 👍 to message #${id}`)
    enter(`/edit #${answer.id} a better answer`)
    await ann.shows(`* message #${answer.id} is now: a better answer`)
    enter(`/delete #${answer.id}`)
    await ann.shows(`* message #${answer.id} was deleted`)
    enter('/who')
    await ann.shows(/141 +active/)
    enter('/whois 141')
    await ann.shows('* user 141 is active')
    enter('/search question')
    await ann.shows(/1: .*a question/)
    enter('/choose 1')
    await ann.shows(/selected: \S+ #14 <141> a question/)
    enter('/older')
    await ann.shows(/a question \(#\d+\)\n[^\n]*\(deleted\)/)
    enter('/join 15')
    await ann.shows('now in #15')
    enter(`/upload '${join(folder, 'missing.png')}'`)
    await ann.shows('there is no file')
    enter('/nonsense')
    await ann.shows('unknown command /nonsense')
    // Nothing that the full screen knows is told to work there only.
    expect(ann.screen).not.toContain('full screen only')
    enter('/quit')
    await ann.endsWith(0)
  })

  it('it ends when its terminal is closed', async () => {
    const watcher = await WireClient.connect(server.url, 108)
    opened.push(watcher)
    new Session(107)
    await watcher.next('USER_ONLINE')
    tmux('kill-session', '-t', 'user107')
    // Others may still be leaving.
    const hasLeft = () => watcher.all('USER_OFFLINE').some(({ userId }) => userId === 107)
    await until(hasLeft, 'USER_OFFLINE of user 107')
  })
})
