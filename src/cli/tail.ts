import type { ChatClient } from '../client/chat-client.ts'
import { TailConfig } from '../config/tail-config.ts'
import { chatRef } from '../protocol/chat.ts'
import { ChatTail } from '../tui/lines/chat-tail.ts'
import { ConnectionDeadline } from '../tui/lines/connection-deadline.ts'
import { sanitizeLine } from '../tui/sanitize.ts'
import { createClient } from './create-client.ts'
import { defineOptions } from './define-options.ts'
import type { Host } from './host.ts'
import type { DefineCommand } from './main.ts'
import { MissingChat } from './missing-chat.ts'
import { cleanServerError } from './server-error.ts'
import { targetChat } from './target-chat.ts'
import { runWithUserConfig } from './user-config.ts'

const HELP = `
Examples:
  chatws tail --user 123 --chat 1
  CHATWS_USER=123 chatws tail --chat 1 --lines 0 | grep --line-buffered ERROR
  chatws tail --user 123 --support 7 --lines 100 --no-follow --json > support-7.jsonl

Prints the newest messages of a chat, then those that come; nothing is lost or repeated while the
connection is. With --json each line is the payload of a message.

Without a connection for --timeout seconds it gives up, as long as it has not begun to follow; what
it follows it does not let go of, however long the server is away.

Exit codes: 0 done, 1 there was no connection or the server refused it, 2 wrong usage, 129, 130 and
143 ended by a signal.`

/** `chatws tail`. */
export const defineTail: DefineCommand = (command, host) => {
  defineOptions(command, TailConfig)
  command.addHelpText('after', HELP)
  return (flags: Record<string, unknown>) =>
    runWithUserConfig(
      { schema: TailConfig, sections: ['tail', 'connect'], flags, host },
      (config) => tail(config, host),
    )
}

async function tail(config: Readonly<TailConfig>, host: Host): Promise<number> {
  const chat = targetChat(config)
  const client = createClient(config)
  const missing = new MissingChat(client, chat)
  const lines = new ChatTail({
    client,
    chat,
    isJson: config.json,
    write: (line) => void host.stdout.write(`${line}\n`),
  })
  const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }
  const stopped = new Promise<number>((resolve) => {
    host.onSignal((signal) => resolve(signals[signal]))
    // Whoever reads has seen enough; where the disk is full, that is told at the end.
    host.stdout.once('error', () => resolve(0))
  })
  client.on('status', (status) => {
    if (status.state === 'waiting') warn(`no connection: ${status.reason}; trying again`, host)
  })
  client.on('gap', () => warn('the server has another history: messages may be missing', host))
  const refused = untilRefused(client)
  let isFollowing = false
  const deadline = new ConnectionDeadline(client, config.timeout * 1_000, () => isFollowing)
  client.connect()
  try {
    const begun = lines.begin(config.lines, chatRef(chat.kind, chat.id)).then(() => {
      isFollowing = config.follow
    })
    const done = config.follow
      ? begun.then(() => new Promise<never>(() => {}))
      : begun.then(() => 0)
    return await Promise.race([done, refused, deadline.passed, stopped])
  } catch (error) {
    throw cleanServerError(missing.explained(error))
  } finally {
    deadline.close()
    client.close()
  }
}

function untilRefused(client: ChatClient): Promise<never> {
  return new Promise((_, reject) => {
    client.on('status', (status) => {
      if (status.state === 'closed' && status.error) reject(status.error)
    })
  })
}

function warn(text: string, { stderr }: Host): void {
  stderr.write(`chatws: ${sanitizeLine(text)}\n`)
}
