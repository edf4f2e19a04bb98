import { render } from 'ink'
import type { ChatClient } from '../../client/chat-client.ts'
import type { Chat } from '../../protocol/chat.ts'
import { chatLabel } from '../chat-label.ts'
import { commandHelp, parseCommand } from '../commands/command-line.ts'
import { FrameNotifier } from '../frame-notifier.ts'
import { Keyboard } from '../keyboard.ts'
import type { KeyMap } from '../keys/key-map.ts'
import { readKeys } from '../keys/key-parser.ts'
import { writeEventLines } from '../lines/event-lines.ts'
import { createMessage, whyTooLarge } from '../lines/outgoing-message.ts'
import { sanitizeLine } from '../sanitize.ts'
import { ReaderApp } from './reader-app.tsx'

export interface ScreenReaderClientOptions {
  /** Not connected yet; whoever made it closes it. */
  readonly client: ChatClient
  /** The chat to begin in. */
  readonly chat: Chat
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
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

/** One run of the client. */
class ReaderSession {
  readonly #options: ScreenReaderClientOptions
  readonly #onQuit: () => void
  readonly #keyboard: Keyboard
  readonly #frames = new FrameNotifier()
  readonly #lines: string[] = []
  readonly #app: ReturnType<typeof render>
  readonly #stopReading: () => void
  #chat: Chat

  constructor(options: ScreenReaderClientOptions, onQuit: () => void) {
    this.#options = options
    this.#onQuit = onQuit
    this.#chat = options.chat
    const { client, stdin, stdout } = options
    this.#keyboard = new Keyboard({
      keyMap: options.keyMap,
      sources: { userIds: () => [], chatLabels: () => [], paths: () => [] },
      columns: () => stdout.columns || 80,
      onEnter: (text) => this.#enter(text),
      onUp: () => false,
      onType: () => {},
      onAction: (action) => {
        if (action === 'quit') onQuit()
      },
    })
    stdin.setRawMode(true)
    this.#app = render(this.#draw(), {
      ...{ stdin, stdout, exitOnCtrlC: false, patchConsole: false, isScreenReaderEnabled: true },
    })
    this.#frames.subscribe(() => this.#app.rerender(this.#draw()))
    writeEventLines(client, (line) => this.#write(line))
    this.#stopReading = readKeys(
      stdin,
      (events) => {
        for (const event of events)
          if (event.type === 'key') this.#keyboard.press(event)
          else if ('text' in event) this.#keyboard.insert(event.text)
        this.#frames.changedNow()
      },
      options.escapeMs,
    )
    stdin.resume()
  }

  close(): void {
    this.#stopReading()
    this.#frames.close()
    this.#app.unmount()
    this.#options.stdin.pause()
  }

  #draw() {
    const text = sanitizeLine(this.#keyboard.editor.text)
    return <ReaderApp lines={this.#lines} chat={chatLabel(this.#chat)} text={text} />
  }

  #write(line: string): void {
    this.#lines.push(sanitizeLine(line))
    this.#frames.changed()
  }

  #enter(line: string): boolean {
    const command = parseCommand(line)
    if (command.type === 'say') return this.#say(command.text)
    if (command.type === 'wrong') this.#write(command.message)
    if (command.type === 'join') {
      this.#chat = command.chat
      this.#write(`now in ${chatLabel(command.chat)}`)
    }
    if (command.type === 'run') this.#run(command.name)
    return true
  }

  #run(name: string): void {
    if (name === 'quit') this.#onQuit()
    else if (name === 'help') for (const line of commandHelp('lines')) this.#write(line)
    else this.#write(`/${name} works on the full screen only`)
  }

  #say(text: string): boolean {
    const { client } = this.#options
    const message = createMessage(this.#chat, client.userId, text)
    const tooLarge = whyTooLarge(message)
    if (tooLarge !== undefined) {
      this.#write(tooLarge)
      return false
    }
    client.send(message).catch((error: Error) => this.#write(`not sent: ${error.message}`))
    return true
  }
}
