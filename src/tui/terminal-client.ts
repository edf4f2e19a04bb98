import type { ChatClient } from '../client/chat-client.ts'
import type { Chat } from '../protocol/chat.ts'
import { FullScreen } from './full-screen.ts'
import type { KeyMap } from './keys/key-map.ts'
import type { Env, ThemeName } from './screen/theme.ts'

export interface TerminalClientOptions {
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
  readonly theme: ThemeName
  readonly hasMouse: boolean
  /** Whether to ring and to notify on mentions. */
  readonly hasBell: boolean
  /** Words that mean the user, besides `@` and the id. */
  readonly mentions: readonly string[]
  readonly idleMs: number
  /** How long the rest of an escape sequence may take. */
  readonly escapeMs: number
  /** Ends the client when it settles; resolves to the exit code. */
  readonly stopped: Promise<number>
}

/**
 * The full-screen client, until its user leaves or `stopped` settles: resolves to the exit code.
 * Rejects when the server refuses the connection and on an error that nothing caught. The
 * terminal is as it was when this settles.
 */
export async function runTerminalClient(options: TerminalClientOptions): Promise<number> {
  const { client, stdin } = options
  const { promise: ended, resolve, reject } = promiseWithResolvers<number>()
  client.on('status', (status) => {
    if (status.state === 'closed' && status.error) reject(status.error)
  })
  stdin.once('end', () => resolve(0))
  client.connect()
  const screen = new FullScreen(options, { onQuit: () => resolve(0), onCrash: reject })
  try {
    return await Promise.race([ended, options.stopped])
  } finally {
    screen.close()
  }
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
