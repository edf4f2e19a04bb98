import type { Chat } from '../protocol/chat.ts'
import { IdleWatch } from '../view/idle-watch.ts'
import { ChatData } from './chat-data.ts'
import { CommandRunner } from './commands/command-runner.ts'
import { editExternally } from './editor/external-editor.ts'
import { FrameNotifier } from './frame-notifier.ts'
import { Keyboard } from './keyboard.ts'
import { type KeyEvent, readKeys } from './keys/key-parser.ts'
import { knownWords } from './known-words.ts'
import { helpList } from './lists.ts'
import { LiveEvents } from './live-events.ts'
import { MemberEvents } from './member-events.ts'
import { MissingChat } from './missing-chat.ts'
import { ModelBuilder } from './model-builder.ts'
import { Notifier } from './notifier.ts'
import { inputColumns, layOutModel, type ScreenSize } from './screen/screen-layout.ts'
import { ScreenPainter } from './screen/screen-painter.ts'
import { Terminal } from './screen/terminal.ts'
import { isThemeName, resolveTheme, THEME_NAMES } from './screen/theme.ts'
import { type OtherAction, ScreenActions } from './screen-actions.ts'
import { ScreenInput } from './screen-input.ts'
import { ScreenState } from './screen-state.ts'
import type { TerminalClientOptions } from './terminal-client.ts'

/** What the screen tells whoever runs it. */
export interface FullScreenEvents {
  onQuit(): void
  onCrash(error: unknown): void
}

/** What the full-screen client is made of, and how its parts meet. */
export class FullScreen {
  readonly #options: TerminalClientOptions
  readonly #events: FullScreenEvents
  readonly #frames = new FrameNotifier()
  readonly #data: ChatData
  readonly #state: ScreenState
  readonly #keyboard: Keyboard
  readonly #builder: ModelBuilder
  readonly #actions: ScreenActions
  readonly #commands: CommandRunner
  readonly #notifier: Notifier
  readonly #painter: ScreenPainter
  readonly #missing: MissingChat
  readonly #live: LiveEvents
  readonly #members: MemberEvents
  readonly #idle: IdleWatch
  readonly #input: ScreenInput
  readonly #terminal: Terminal
  #stopReading = () => {}

  constructor(options: TerminalClientOptions, events: FullScreenEvents) {
    this.#options = options
    this.#events = events
    const { client, stdout, stdin, env } = options
    const write = (text: string) => void stdout.write(text)
    const changed = () => this.#frames.changed()
    const notify = (text: string, chat?: Chat) => this.#notify(text, chat)
    const words = options.mentions.map((word) => word.toLowerCase())
    const mentions = () => [...this.#data.ownWords(), ...words]
    this.#data = new ChatData(client, changed)
    this.#state = new ScreenState(options.chat)
    this.#keyboard = this.#createKeyboard()
    this.#builder = new ModelBuilder(this.#data, this.#state, this.#keyboard, mentions)
    this.#actions = this.#createActions()
    this.#commands = this.#createCommands()
    this.#notifier = new Notifier({ write, isEnabled: options.hasBell })
    this.#painter = new ScreenPainter(write, resolveTheme(options.theme, env))
    this.#missing = new MissingChat({
      ...{ client, data: this.#data, state: this.#state, isChatNamed: options.isChatNamed },
      goTo: (chat) => this.#actions.choose(chat),
      notify,
    })
    this.#live = new LiveEvents({
      ...{ client, data: this.#data, state: this.#state, mentions, notifier: this.#notifier },
      ...{ missing: this.#missing, notify, changed },
    })
    this.#members = new MemberEvents({
      ...{ client, data: this.#data, state: this.#state, notify },
      draft: () => this.#keyboard.editor.text,
    })
    this.#idle = new IdleWatch(options.idleMs, (state) => client.setActivity(state))
    this.#input = new ScreenInput({
      ...{ state: this.#state, keyboard: this.#keyboard, actions: this.#actions },
      ...{ painter: this.#painter, idle: this.#idle },
    })
    this.#frames.subscribe(() => this.#paint())
    this.#terminal = new Terminal({
      ...{ stdin, stdout, process, hasMouse: options.hasMouse, onCrash: events.onCrash },
      onReturn: () => this.#redraw(),
    })
    stdout.on('resize', this.#onResize)
    this.#read()
    this.#frames.changedNow()
  }

  /** Leaves the terminal as it was before. */
  close(): void {
    this.#stopReading()
    this.#options.stdout.off('resize', this.#onResize)
    this.#idle.close()
    this.#live.close()
    this.#missing.close()
    this.#members.close()
    this.#data.close()
    this.#frames.close()
    try {
      this.#painter.close()
    } finally {
      this.#terminal.leave()
    }
  }

  #createKeyboard(): Keyboard {
    const { keyMap, env } = this.#options
    return new Keyboard({
      keyMap,
      sources: knownWords(this.#data, this.#state, env),
      columns: () => inputColumns(this.#size()),
      onEnter: (text) => this.#commands.enter(text),
      onUp: () => this.#commands.editPrevious(),
      onType: () => this.#live.typed(this.#keyboard.editor.text),
      onAction: (action) => this.#actions.do(action),
    })
  }

  #createActions(): ScreenActions {
    return new ScreenActions({
      data: this.#data,
      state: this.#state,
      builder: this.#builder,
      paneSize: () => this.#layout().pane,
      loadOlder: () => this.#live.loadOlder(),
      onOther: (action) => this.#doOther(action),
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
      notify: (text) => this.#notify(text),
      changed: () => this.#frames.changedNow(),
      showOlder: () => this.#actions.do('page-up'),
      setTheme: (name) => this.#setTheme(name),
      help: () => this.#doOther('help'),
      quit: () => this.#events.onQuit(),
    })
  }

  #read(): void {
    const { stdin, escapeMs } = this.#options
    const onEvents = (events: KeyEvent[]) => {
      for (const event of events) this.#input.take(event)
      this.#frames.changedNow()
    }
    this.#stopReading = readKeys(stdin, onEvents, escapeMs)
  }

  #doOther(action: OtherAction): void {
    const state = this.#state
    switch (action) {
      case 'quit':
        this.#events.onQuit()
        break
      case 'suspend':
        this.#terminal.suspend()
        break
      case 'redraw':
        this.#painter.invalidate()
        break
      case 'help':
        state.overlay = state.overlay ? undefined : helpList(this.#options.keyMap)
        break
      case 'open-editor':
        this.#openEditor().catch((error: Error) => this.#notify(error.message))
    }
  }

  async #openEditor(): Promise<void> {
    const { editor } = this.#keyboard
    this.#stopReading()
    this.#frames.pause()
    try {
      const { env } = this.#options
      const text = await this.#terminal.lend(() => editExternally(editor.text, env))
      editor.set(text)
    } finally {
      this.#read()
      this.#frames.resume()
      this.#redraw()
    }
  }

  #setTheme(name: string): string | undefined {
    if (!isThemeName(name)) return `there is no theme ${name}: ${THEME_NAMES.join(', ')}`
    this.#painter.theme = resolveTheme(name, this.#options.env)
    return undefined
  }

  #paint(): void {
    this.#painter.paint(this.#builder.build(this.#live.vitals), this.#size())
    this.#live.drawn()
  }

  #redraw(): void {
    this.#painter.invalidate()
    this.#notifier.forgetTitle()
    this.#frames.changedNow()
  }

  readonly #onResize = (): void => {
    this.#painter.invalidate()
    this.#frames.changed()
  }

  #notify(text: string, chat: Chat = this.#state.chat): void {
    this.#state.notify(text, this.#data.messagesOf(chat).at(-1), chat)
    this.#frames.changedNow()
  }

  #layout() {
    const { text, cursor } = this.#keyboard.editor
    const { isSidebarHidden } = this.#state
    return layOutModel({ text, cursor, isSidebarHidden }, this.#size()).layout
  }

  /** A terminal that does not know its size has that of a VT100. */
  #size(): ScreenSize {
    const { stdout } = this.#options
    return { columns: stdout.columns || 80, rows: stdout.rows || 24 }
  }
}
