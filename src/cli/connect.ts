import { z } from 'zod'
import type { ChatClient } from '../client/chat-client.ts'
import { ConnectConfig } from '../config/connect-config.ts'
import { parseFile, userFilePath } from '../config/user-file.ts'
import { ChatwsError } from '../protocol/error.ts'
import { findKeyProblems, KeyMap } from '../tui/keys/key-map.ts'
import { runLineMode } from '../tui/lines/line-mode.ts'
import { createClient } from './create-client.ts'
import { defineOptions } from './define-options.ts'
import type { Host } from './host.ts'
import type { DefineCommand } from './main.ts'
import { cleanServerError } from './server-error.ts'
import { runWithUserConfig } from './user-config.ts'

const HELP = `
Examples:
  chatws connect --user 123
  chatws connect --user 123 --url wss://chat.example.org --chat 7
  chatws connect --profile work
  echo 'Backup done' | chatws connect --user 123 --chat 7
  chatws connect --user 123 --json < frames.jsonl > events.jsonl

In a terminal it fills the screen: F1, ? or /help lists its keys and commands, Ctrl-C leaves it.
Outside of one, or with --plain, each line of input is a message to the chosen chat, or a command,
and each line of output an event; with --json each line of input is a frame to send, of any type
(sender_id and client_id are filled in), and each line of output a frame of the server.
At the end of its input it waits until the server has stored its messages and told of them. Without
a connection for --timeout seconds it gives up, unless it has nothing to send.

Files, in $XDG_CONFIG_HOME/chatws or ~/.config/chatws:
  config.json  {"profile": "work", "profiles": {"work": {"url": "wss://…", "user": 123, "chat": 7}},
                "theme": "light", "mouse": false, "bell": false, "mention": ["ops"]}
  keys.json    {"ctrl+r": "next-unread", "alt+a": null}

Exit codes: 0 done, 1 the server refused the connection or a message, or a line of input was
wrong, or there was no connection, 2 wrong usage, 129 and 143 ended by SIGHUP or SIGTERM, 130 by
SIGINT outside a terminal.`

/** The chat to begin in, where none is named. */
const FIRST_CHAT = 1

/** `chatws connect`. */
export const defineConnect: DefineCommand = (command, host) => {
  defineOptions(command, ConnectConfig)
  command.addHelpText('after', HELP)
  return (flags: Record<string, unknown>) =>
    runWithUserConfig({ schema: ConnectConfig, sections: ['connect'], flags, host }, (config) =>
      connect(config, host),
    )
}

async function connect(config: Readonly<ConnectConfig>, host: Host): Promise<number> {
  const client = createClient(config)
  try {
    return await chooseMode(config, host)(client, config, host)
  } catch (error) {
    throw cleanServerError(error)
  } finally {
    warnOfPending(client.pendingSends, host)
    client.close()
  }
}

function chooseMode(config: Readonly<ConnectConfig>, { stdin, stdout, env }: Host) {
  const isTerminal = Boolean(stdin.isTTY && stdout.isTTY) && env.TERM !== 'dumb'
  if (config.json || config.plain || !isTerminal) return runLines
  return config.screenReader || env.INK_SCREEN_READER === 'true' ? runScreenReader : runFullScreen
}

async function runFullScreen(
  client: ChatClient,
  config: Readonly<ConnectConfig>,
  host: Host,
): Promise<number> {
  const keyMap = readKeyMap(host)
  prepareForInk()
  const { runTerminalClient } = await import('../tui/terminal-client.ts')
  return await runTerminalClient({
    client,
    chat: { kind: 'chat', id: config.chat ?? FIRST_CHAT },
    isChatNamed: config.chat !== undefined,
    stdin: host.stdin,
    stdout: host.stdout,
    env: host.env,
    keyMap,
    theme: config.theme,
    hasMouse: config.mouse,
    hasBell: config.bell,
    mentions: config.mention,
    idleMs: config.idleMinutes * 60_000,
    escapeMs: config.escapeMs,
    stopped: untilSignal(host, 0),
  })
}

async function runScreenReader(
  client: ChatClient,
  config: Readonly<ConnectConfig>,
  host: Host,
): Promise<number> {
  const keyMap = readKeyMap(host)
  prepareForInk()
  const { runScreenReaderClient } = await import('../tui/reader/screen-reader-client.tsx')
  return await runScreenReaderClient({
    client,
    chat: { kind: 'chat', id: config.chat ?? FIRST_CHAT },
    isChatNamed: config.chat !== undefined,
    stdin: host.stdin,
    stdout: host.stdout,
    env: host.env,
    keyMap,
    escapeMs: config.escapeMs,
    stopped: untilSignal(host, 0),
  })
}

async function runLines(
  client: ChatClient,
  config: Readonly<ConnectConfig>,
  host: Host,
): Promise<number> {
  return await runLineMode({
    client,
    chat: { kind: 'chat', id: config.chat ?? FIRST_CHAT },
    isJson: config.json,
    timeoutMs: config.timeout * 1_000,
    stdin: host.stdin,
    stdout: host.stdout,
    stderr: host.stderr,
    stopped: untilSignal(host, 130),
  })
}

/**
 * ink reads the process's environment when it is loaded: React is slower in development mode, and
 * in what looks like CI ink would draw nothing before it ends. Colours are left to the theme, which
 * knows NO_COLOR: bold and inverse are no colours.
 */
function prepareForInk(): void {
  process.env.NODE_ENV = 'production'
  for (const name of Object.keys(process.env))
    if (/^(CI|CI_.*|CONTINUOUS_INTEGRATION)$/.test(name)) delete process.env[name]
  process.env.FORCE_COLOR = '1'
}

/** Resolves on the first signal, to the exit code that tells of it. */
function untilSignal(host: Host, interruptedCode: number): Promise<number> {
  return new Promise((resolve) => {
    host.onSignal((signal) => {
      if (signal === 'SIGINT') resolve(interruptedCode)
      else resolve(signal === 'SIGTERM' ? 143 : 129)
    })
    // What comes is told to nobody any more, and input that is not read is not sent.
    host.stdout.once('error', () => resolve(1))
  })
}

function warnOfPending(count: number, host: Host): void {
  if (count === 0) return
  const messages = count === 1 ? '1 message was' : `${count} messages were`
  host.stderr.write(`chatws: ${messages} not acknowledged and may be lost\n`)
}

const KeyMapFile = z.record(
  z.string(),
  z.union([z.string(), z.null()], 'must be the name of what the key does, or null for nothing'),
)

/** The user's key map, `keys.json`, over the default one. Throws USAGE with all that is wrong in it. */
function readKeyMap({ env }: Host): KeyMap {
  const path = userFilePath(env, 'keys.json')
  const keys = parseFile(KeyMapFile, path)
  const problems = findKeyProblems(keys)
  if (problems.length > 0)
    throw new ChatwsError('USAGE', problems.map((problem) => `${path}: ${problem}`).join('\n'))
  return new KeyMap(keys)
}
