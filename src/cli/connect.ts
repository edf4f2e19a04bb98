import type { ChatClient } from '../client/chat-client.ts'
import { createChatClient } from '../client/node.ts'
import { ConnectConfig } from '../config/connect-config.ts'
import { ChatwsError } from '../protocol/error.ts'
import { runLineMode } from '../tui/line-mode.ts'
import { sanitizeLine } from '../tui/sanitize.ts'
import { defineOptions } from './define-options.ts'
import type { Host } from './host.ts'
import type { DefineCommand } from './main.ts'
import { runWithConfig } from './run-with-config.ts'

const HELP = `
Examples:
  chatws connect --user 123
  chatws connect --user 123 --url wss://chat.example.org --chat 7
  echo 'Backup done' | chatws connect --user 123 --chat 7
  chatws connect --user 123 --json < frames.jsonl > events.jsonl

In a terminal it fills the screen; /help lists its commands, Ctrl-C leaves it. Otherwise each
line of input is a message to the chosen chat, or a command, and each line of output an event;
with --json each line of input is a NEW_MESSAGE or NEW_SUPPORT_MESSAGE frame (sender_id is filled
in) and each line of output a frame of the server. At the end of its input it waits until the
server has stored its messages.

Exit codes: 0 done, 1 the server refused the connection or a message, or a line of input was
wrong, 2 wrong usage, 129 and 143 ended by SIGHUP or SIGTERM, 130 by SIGINT outside a terminal.`

/** `chatws connect`. */
export const defineConnect: DefineCommand = (command, host) => {
  defineOptions(command, ConnectConfig)
  command.addHelpText('after', HELP)
  return (flags: Record<string, unknown>) =>
    runWithConfig({ schema: ConnectConfig, sections: ['connect'], flags, host }, (config) =>
      connect(config, host),
    )
}

async function connect(config: Readonly<ConnectConfig>, host: Host): Promise<number> {
  const client = createChatClient({
    url: config.url,
    userId: config.user,
    ...(config.token === undefined ? {} : { token: config.token }),
  })
  const isFullScreen = !config.json && Boolean(host.stdin.isTTY && host.stdout.isTTY)
  try {
    return await (isFullScreen ? runFullScreen : runLines)(client, config, host)
  } catch (error) {
    if (!(error instanceof ChatwsError)) throw error
    // The server's own words may be in it, and it will be written to a terminal.
    throw new ChatwsError(error.code, sanitizeLine(error.message), { cause: error })
  } finally {
    warnOfPending(client.pendingSends, host)
    client.close()
  }
}

async function runFullScreen(
  client: ChatClient,
  config: Readonly<ConnectConfig>,
  host: Host,
): Promise<number> {
  prepareForInk(host)
  const { runTerminalClient } = await import('../tui/terminal-client.tsx')
  return await runTerminalClient({
    client,
    chat: { kind: 'chat', id: config.chat },
    stdin: host.stdin,
    stdout: host.stdout,
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
    chat: { kind: 'chat', id: config.chat },
    isJson: config.json,
    stdin: host.stdin,
    stdout: host.stdout,
    stderr: host.stderr,
    stopped: untilSignal(host, 130),
  })
}

/**
 * ink reads the process's environment when it is loaded: React is slower in development mode,
 * NO_COLOR is not known to ink, and in what looks like CI it would draw nothing before it ends.
 */
function prepareForInk({ env }: Host): void {
  process.env.NODE_ENV = 'production'
  for (const name of Object.keys(process.env))
    if (/^(CI|CI_.*|CONTINUOUS_INTEGRATION)$/.test(name)) delete process.env[name]
  if (env.NO_COLOR) process.env.FORCE_COLOR = '0'
}

/** Resolves on the first signal, to the exit code that tells of it. */
function untilSignal(host: Host, interruptedCode: number): Promise<number> {
  return new Promise((resolve) => {
    host.onSignal((signal) => {
      if (signal === 'SIGINT') resolve(interruptedCode)
      else resolve(signal === 'SIGTERM' ? 143 : 129)
    })
  })
}

function warnOfPending(count: number, host: Host): void {
  if (count === 0) return
  const messages = count === 1 ? '1 message was' : `${count} messages were`
  host.stderr.write(`chatws: ${messages} not acknowledged and may be lost\n`)
}
