import { render } from 'ink'
import type { ChatClient } from '../client/chat-client.ts'
import { App } from './app.tsx'
import { type ChatRef, chatLabel } from './chat-ref.ts'
import { ChatState } from './chat-state.ts'
import { COMMAND_HELP, parseCommand } from './commands.ts'
import { followClient } from './follow-client.ts'
import { readKeys } from './key-reader.ts'
import { Keyboard } from './keyboard.ts'
import { createMessage, whyTooLarge } from './outgoing-message.ts'
import { layOutScreen, type ScreenSize } from './screen-layout.ts'
import { Terminal } from './terminal.ts'

export interface TerminalClientOptions {
  /** Not connected yet; whoever made it closes it. */
  readonly client: ChatClient
  readonly chat: ChatRef
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  /** Ends the client when it settles; resolves to the exit code. */
  readonly stopped: Promise<number>
}

/**
 * The full-screen client, until its user leaves or `stopped` settles: resolves to the exit code.
 * Rejects when the server refuses the connection and on an error that nothing caught. The
 * terminal is as it was when this settles.
 */
export async function runTerminalClient(options: TerminalClientOptions): Promise<number> {
  const { client, stdin, stdout } = options
  const state = new ChatState(client.userId, options.chat)
  const { promise: ended, resolve, reject } = promiseWithResolvers<number>()
  const keyboard = createKeyboard(client, state, stdout, () => resolve(0))
  const unfollow = followClient(state, client)
  client.on('status', (status) => {
    if (status.state === 'closed' && status.error) reject(status.error)
  })

  let app: ReturnType<typeof render> | undefined
  const draw = () => <App state={state} keyboard={keyboard} size={sizeOf(stdout)} />
  const onResize = () => app?.rerender(draw())
  const terminal = new Terminal({
    stdin,
    stdout,
    process,
    onCrash: reject,
    onLeave: () => app?.unmount(),
  })
  const stopReading = readKeys(stdin, (event) => keyboard.press(event))
  try {
    // Ahead of ink's own listener, which draws the tree as it is.
    stdout.on('resize', onResize)
    stdin.once('end', () => resolve(0))
    app = render(draw(), { stdin, stdout, exitOnCtrlC: false, patchConsole: false })
    app.waitUntilExit().catch(reject)
    client.connect()
    return await Promise.race([ended, options.stopped])
  } finally {
    stdout.off('resize', onResize)
    stopReading()
    unfollow()
    state.close()
    terminal.leave()
  }
}

function createKeyboard(
  client: ChatClient,
  state: ChatState,
  stdout: ScreenSize,
  onQuit: () => void,
): Keyboard {
  const keyboard = new Keyboard({
    onQuit,
    onLine: (line) => enter(line),
    pane: () => {
      const { entries, pending } = state.getSnapshot()
      return { entries: [...entries, ...pending], size: layOutScreen(sizeOf(stdout)).pane }
    },
  })
  const enter = (line: string) => {
    const command = parseCommand(line)
    switch (command.type) {
      case 'nothing':
        return
      case 'say':
        return say(command.text, client, state)
      case 'join':
        state.choose(command.chat)
        return state.notify(`now in ${chatLabel(command.chat)}`)
      case 'help':
        return state.notify(COMMAND_HELP.join('\n'))
      case 'wrong':
        return state.notify(command.message)
      case 'quit':
        return onQuit()
    }
  }
  return keyboard
}

function say(text: string, client: ChatClient, state: ChatState): void {
  const message = createMessage(state.getSnapshot().chat, client.userId, text)
  const tooLarge = whyTooLarge(message)
  if (tooLarge !== undefined) {
    state.notify(tooLarge)
    return
  }
  state.sending(message)
  client.send(message).then(
    (ack) => state.acknowledged(message, ack),
    (error: Error) => state.notSent(message, error.message),
  )
}

/** A terminal that does not know its size has that of a VT100. */
function sizeOf(stdout: ScreenSize): ScreenSize {
  return { columns: stdout.columns || 80, rows: stdout.rows || 24 }
}

function promiseWithResolvers<T>() {
  let resolve!: (value: T) => void
  let reject!: (error: unknown) => void
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue
    reject = onError
  })
  return { promise, resolve, reject }
}
