import { render } from 'ink'
import type { ChatClient } from '../../client/chat-client.ts'
import type { Chat } from '../../protocol/chat.ts'
import { ChatwsError } from '../../protocol/error.ts'
import { ChatData, refOf } from '../chat-data.ts'
import { chatLabel } from '../chat-label.ts'
import { commandHelp } from '../commands/command-line.ts'
import { CommandRunner } from '../commands/command-runner.ts'
import { FrameNotifier } from '../frame-notifier.ts'
import { Keyboard } from '../keyboard.ts'
import { splitAlt } from '../keys/key.ts'
import type { KeyMap } from '../keys/key-map.ts'
import { type KeyEvent, readKeys } from '../keys/key-parser.ts'
import { knownWords } from '../known-words.ts'
import { writeChangeLines, writeEventLines } from '../lines/event-lines.ts'
import { messageLine } from '../lines/message-line.ts'
import { NamedLines } from '../lines/named-lines.ts'
import { MissingChat } from '../missing-chat.ts'
import { ModelBuilder } from '../model-builder.ts'
import { stripMarks } from '../pane/marked-text.ts'
import { sanitizeLine } from '../sanitize.ts'
import type { Env } from '../screen/theme.ts'
import { type OtherAction, ScreenActions } from '../screen-actions.ts'
import { type ChoiceOverlay, ScreenState } from '../screen-state.ts'
import { OlderMessages } from './older-messages.ts'
import { ReaderApp } from './reader-app.tsx'

/** Messages that are known of a chat at first, for what answers or changes one. */
const PAGE = 100

/** A screen that is none: what is selected needs a size to be found in. */
const PANE = { columns: 80, rows: 24 }

export interface ScreenReaderClientOptions {
  /** Not connected yet; whoever made it closes it. */
  readonly client: ChatClient
  /** The chat to begin in. */
  readonly chat: Chat
  /** Whether the user asked for that chat. */
  readonly isChatNamed: boolean
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly env: Env
  readonly keyMap: KeyMap
  /** How long the rest of an escape sequence may take. */
  readonly escapeMs: number
  /** Ends the client when it settles; resolves to the exit code. */
  readonly stopped: Promise<number>
}

/**
 * The client for screen readers: no full screen and nothing that is drawn again but the line being
 * typed, with ink's own support for them. Resolves to the exit code; rejects when the server
 * refuses the connection. The terminal is as it was when this settles.
 */
export async function runScreenReaderClient(options: ScreenReaderClientOptions): Promise<number> {
  const { client, stdin } = options
  let quit = () => {}
  const ended = new Promise<number>((resolve, reject) => {
    quit = () => resolve(0)
    stdin.once('end', quit)
    client.on('status', (status) => {
      if (status.state === 'closed' && status.error) reject(status.error)
    })
  })
  const session = new ReaderSession(options, quit)
  const restore = () => {
    try {
      if (stdin.isRaw) stdin.setRawMode(false)
    } catch {
      // The terminal is gone: there is nothing to restore.
    }
  }
  process.on('exit', restore)
  try {
    client.connect()
    return await Promise.race([ended, options.stopped])
  } finally {
    session.close()
    restore()
    process.off('exit', restore)
  }
}

/** One run of the client: the parts of the full screen, with lines in place of what is drawn. */
class ReaderSession {
  readonly #options: ScreenReaderClientOptions
  readonly #onQuit: () => void
  readonly #frames = new FrameNotifier()
  readonly #lines: string[] = []
  readonly #state: ScreenState
  readonly #data: ChatData
  readonly #named: NamedLines
  readonly #keyboard: Keyboard
  readonly #actions: ScreenActions
  readonly #commands: CommandRunner
  readonly #missing: MissingChat
  readonly #older: OlderMessages
  readonly #app: ReturnType<typeof render>
  readonly #stopReading: () => void
  /** What was told last of the state. */
  #told: { label: string; selectedId: number | undefined; overlay: ChoiceOverlay | undefined }

  constructor(options: ScreenReaderClientOptions, onQuit: () => void) {
    this.#options = options
    this.#onQuit = onQuit
    const { client, stdin, stdout } = options
    this.#state = new ScreenState(options.chat)
    this.#told = { label: chatLabel(options.chat), selectedId: undefined, overlay: undefined }
    this.#data = new ChatData(client, () => {})
    this.#named = new NamedLines(client, (line) => this.#write(line))
    this.#older = new OlderMessages(client, this.#named)
    this.#keyboard = this.#createKeyboard()
    this.#actions = new ScreenActions({
      data: this.#data,
      state: this.#state,
      builder: new ModelBuilder(this.#data, this.#state, this.#keyboard, () => []),
      paneSize: () => PANE,
      loadOlder: () => this.#older.readOut(this.#state.chat),
      onOther: (action) => this.#doOther(action),
    })
    this.#commands = this.#createCommands()
    this.#missing = new MissingChat({
      ...{ client, data: this.#data, state: this.#state, isChatNamed: options.isChatNamed },
      goTo: (chat) => {
        this.#actions.choose(chat)
        this.#tell()
      },
      notify: (text) => this.#write(`* ${text}`),
    })
    stdin.setRawMode(true)
    this.#app = render(this.#draw(), {
      ...{ stdin, stdout, exitOnCtrlC: false, patchConsole: false, isScreenReaderEnabled: true },
    })
    this.#frames.subscribe(() => this.#app.rerender(this.#draw()))
    this.#listen()
    const onEvents = (events: KeyEvent[]) => {
      for (const event of events) this.#onEvent(event)
      this.#tell()
      this.#frames.changedNow()
    }
    this.#stopReading = readKeys(stdin, onEvents, options.escapeMs)
    stdin.resume()
  }

  close(): void {
    this.#stopReading()
    this.#missing.close()
    this.#data.close()
    this.#frames.close()
    this.#app.unmount()
    this.#options.stdin.pause()
  }

  #createKeyboard(): Keyboard {
    const { keyMap, env, stdout } = this.#options
    return new Keyboard({
      keyMap,
      sources: knownWords(this.#data, this.#state, env),
      columns: () => stdout.columns || 80,
      onEnter: (text) => this.#commands.enter(text),
      onUp: () => this.#commands.editPrevious(),
      onType: () => {},
      onAction: (action) => this.#actions.do(action),
    })
  }

  #createCommands(): CommandRunner {
    return new CommandRunner({
      client: this.#options.client,
      data: this.#data,
      state: this.#state,
      actions: this.#actions,
      env: this.#options.env,
      edit: (text) => this.#keyboard.editor.set(text),
      notify: (text) => this.#write(`* ${text}`),
      changed: () => this.#tell(),
      showOlder: () => this.#older.readOut(this.#state.chat),
      setTheme: () => 'there are no colours here',
      help: () => this.#doOther('help'),
      quit: this.#onQuit,
    })
  }

  #listen(): void {
    const { client } = this.#options
    writeEventLines(client, this.#named, { hasIds: true })
    writeChangeLines(client, this.#named)
    client.on('established', () => this.#begin())
  }

  /** Makes the newest messages of the chat known, to answer or change one. */
  #begin(): void {
    const { chat } = this.#state
    this.#options.client.history({ ...refOf(chat), limit: PAGE }).catch((error: Error) => {
      const isMissing = error instanceof ChatwsError && error.code === 'NOT_FOUND'
      if (isMissing && chat.kind === 'chat') void this.#missing.noticed(chat)
    })
  }

  #onEvent(event: KeyEvent): void {
    if (event.type === 'key') {
      if (this.#keyboard.press(event)) return
      for (const part of splitAlt(event) ?? []) this.#onEvent(part)
    } else if ('text' in event) this.#keyboard.insert(event.text)
  }

  #doOther(action: OtherAction): void {
    if (action === 'quit') this.#onQuit()
    else if (action === 'help') for (const line of commandHelp('screen')) this.#write(line)
  }

  /** Writes what has changed of what the full screen would show: chat, list, selection. */
  #tell(): void {
    const { chat, overlay } = this.#state
    const { selectedId } = this.#state.view()
    const told = this.#told
    this.#told = { label: chatLabel(chat), selectedId, overlay }
    if (told.label !== chatLabel(chat)) {
      this.#write(`now in ${this.#data.titleOf(chat)}`)
      this.#begin()
    }
    if (overlay && overlay.lines !== told.overlay?.lines) this.#writeList(overlay)
    const selected = this.#data.messagesOf(chat).find(({ id }) => id === selectedId)
    if (selected && selectedId !== told.selectedId)
      this.#write(
        `selected: ${messageLine({ ...selected, ...refOf(chat) }, this.#named.nameOf, true)}`,
      )
    this.#frames.changed()
  }

  #writeList({ title, lines, onChoose }: ChoiceOverlay): void {
    this.#write(stripMarks(title))
    for (const [index, line] of lines.entries())
      this.#write(onChoose ? `${index + 1}: ${stripMarks(line)}` : stripMarks(line))
    if (onChoose && lines.length > 0) this.#write('/choose 1 chooses the first')
  }

  #draw() {
    const text = sanitizeLine(this.#keyboard.editor.text)
    return <ReaderApp lines={this.#lines} chat={chatLabel(this.#state.chat)} text={text} />
  }

  #write(line: string): void {
    this.#lines.push(sanitizeLine(line))
    this.#frames.changed()
  }
}
