import { decodeText } from '../config/read-text.ts'
import { SendConfig } from '../config/send-config.ts'
import { ChatwsError } from '../protocol/error.ts'
import { hidePassword } from '../protocol/hide-password.ts'
import { MentionFinder } from '../tui/lines/mention-finder.ts'
import { createMessage } from '../tui/lines/outgoing-message.ts'
import { isText } from '../tui/lines/read-lines.ts'
import { stringifySafely } from '../tui/sanitize.ts'
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
  chatws send --user 123 --chat 1 "Backup done"
  df -h | chatws send --user 123 --support 7
  chatws send --user 123 --chat 1 --reply-to 42 --json "Seen"
  chatws send --user 123 --chat 1 "Your turn, @Ann"

Without a text the message is what comes on standard input, whole. It ends once the server has
stored the message; --json then prints its id and offset, and whom it mentions. "@12" mentions user
12, and "@Ann" who is called so: of the members of the chat, or where anyone may read it, of those
who are online or have written there lately.

Exit codes: 0 stored, 1 not stored, 2 wrong usage, 129, 130 and 143 ended by a signal.`

/** `chatws send`. */
export const defineSend: DefineCommand = (command, host) => {
  command.argument('[text...]', 'the message')
  defineOptions(command, SendConfig)
  command.addHelpText('after', HELP)
  return (words: string[], flags: Record<string, unknown>) =>
    runWithUserConfig(
      { schema: SendConfig, sections: ['send', 'connect'], flags, host },
      (config) => send(words, config, host),
    )
}

async function send(
  words: readonly string[],
  config: Readonly<SendConfig>,
  host: Host,
): Promise<number> {
  const chat = targetChat(config)
  const text = words.length > 0 ? words.join(' ') : await readStandardInput(host)
  if (text.trim() === '') throw new ChatwsError('USAGE', 'there is no text to send')
  const message = createMessage(chat, config.user, text)
  if (config.replyTo !== undefined) message.reply_to = config.replyTo
  const client = createClient(config)
  const finder = new MentionFinder(client)
  const missing = new MissingChat(client, chat)
  const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }
  const stopped = new Promise<number>((resolve) => {
    host.onSignal((signal) => resolve(signals[signal]))
  })
  const signal = AbortSignal.timeout(config.timeout * 1000)
  const store = async () => {
    const mentions = config.mentions ? await beforeEnd(finder.mentionsIn(chat, text), signal) : []
    const more = mentions.length > 0 ? { mentions } : {}
    const ack = await client.send({ ...message, ...more }, { signal })
    if (config.json) host.stdout.write(`${stringifySafely({ ...ack, ...more })}\n`)
    return 0
  }
  const stored = store()
  client.connect()
  try {
    return await Promise.race([stored, stopped])
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'TimeoutError')
      // What is not there may be the message that is answered.
      throw cleanServerError(config.replyTo === undefined ? missing.explained(error) : error)
    const why = client.status.state === 'waiting' ? `: ${client.status.reason}` : ''
    throw cleanServerError(
      new ChatwsError(
        'CONNECT_FAILED',
        `not known to be stored after ${config.timeout} s (${hidePassword(config.url)}${why})`,
        { cause: error },
      ),
    )
  } finally {
    client.close()
    // Rejects once the client is closed, when a signal came first.
    stored.catch(() => {})
  }
}

/** Rejects as soon as the signal aborts. */
function beforeEnd<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const ended = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason))
  })
  return Promise.race([promise, ended])
}

/** Standard input without the line end that ends it. */
async function readStandardInput({ stdin }: Host): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk))
  const bytes = Buffer.concat(chunks)
  const text = decodeText(bytes)
  // Text in UTF-16 has a mark, and is well-formed without it too.
  const isWrong = text.includes('\0') || (text.includes('\ufffd') && !isText(bytes))
  if (isWrong) throw new ChatwsError('USAGE', 'standard input is not text: it cannot be sent')
  return text.replace(/\r?\n$/, '')
}
