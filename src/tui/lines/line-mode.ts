import type { ChatClient } from '../../client/chat-client.ts'
import type { Chat } from '../../protocol/chat.ts'
import { chatLabel } from '../chat-label.ts'
import { type CommandName, commandHelp, parseCommand } from '../commands/command-line.ts'
import { sanitizeLine, stringifySafely } from '../sanitize.ts'
import { describeConnection } from '../screen/connection-text.ts'
import { ConnectionDeadline } from './connection-deadline.ts'
import { writeEventLines } from './event-lines.ts'
import { FrameSender } from './frame-sender.ts'
import { MentionFinder } from './mention-finder.ts'
import { NamedLines } from './named-lines.ts'
import { createMessage } from './outgoing-message.ts'
import { parseFrameLine } from './parse-frame-line.ts'
import { readLines } from './read-lines.ts'

/** No frame that a server accepts is longer as a line, however its text is escaped. */
const MAX_LINE_LENGTH = 512 * 1024

export interface LineModeOptions {
  /** Not connected yet; whoever made it closes it. */
  readonly client: ChatClient
  readonly chat: Chat
  readonly isJson: boolean
  /** How long there may be no connection while something is to be sent; 0 for as long as it takes. */
  readonly timeoutMs: number
  readonly stdin: NodeJS.ReadableStream
  readonly stdout: NodeJS.WritableStream
  readonly stderr: NodeJS.WritableStream
  /** Ends the client when it settles; resolves to the exit code. */
  readonly stopped: Promise<number>
}

/**
 * The client without a screen: lines in are messages, lines out are events. At the end of its
 * input it waits for the ACKs of its messages. Resolves to the exit code: 1 when a line was
 * wrong or a message was refused. Rejects when the server refuses the connection.
 */
export async function runLineMode(options: LineModeOptions): Promise<number> {
  const { client, stdin } = options
  const session = new LineSession(options)
  const refused = new Promise<never>((_, reject) => {
    client.on('status', (status) => {
      if (status.state === 'closed' && status.error) reject(status.error)
    })
  })
  client.connect()
  const deadline = new ConnectionDeadline(client, options.timeoutMs, () => session.isListening)
  try {
    return await Promise.race([session.run(stdin), refused, deadline.passed, options.stopped])
  } finally {
    deadline.close()
  }
}

/** One run of the line client. */
class LineSession {
  readonly #options: LineModeOptions
  readonly #sender: FrameSender
  readonly #lines: NamedLines
  readonly #mentions: MentionFinder
  #chat: Chat
  #hasFailed = false
  #hasQuit = false
  #hasEnded = false
  /** Whether a line waits for whom it mentions to be known. */
  #isFinding = false

  constructor(options: LineModeOptions) {
    this.#options = options
    this.#chat = options.chat
    const { client, isJson } = options
    this.#sender = new FrameSender(client, (line, why) =>
      this.#fail(`line ${line}: not sent: ${why}`),
    )
    client.on('refused', ({ message, ref }) => {
      // One that names a message is told with that message's line.
      if (ref === undefined) this.#fail(`the server refused a frame: ${message}`)
    })
    this.#lines = new NamedLines(client, this.#writeLine)
    this.#mentions = new MentionFinder(client)
    if (isJson) this.#writeFrames()
    else writeEventLines(client, this.#lines)
  }

  /** Whether nothing waits to be sent, and something may still come. */
  get isListening(): boolean {
    return !this.#hasEnded && !this.#isFinding && this.#sender.pending === 0
  }

  async run(input: NodeJS.ReadableStream): Promise<number> {
    const { isJson } = this.#options
    for await (const { number, text, problem } of readLines(input, MAX_LINE_LENGTH)) {
      if (text === undefined) this.#fail(`line ${number}: ${problem}`)
      else if (isJson) await this.#takeFrame(number, text)
      else await this.#takeLine(number, text)
      if (this.#hasQuit) break
      await this.#sender.room()
    }
    this.#hasEnded = true
    await this.#sender.idle()
    await this.#lines.written()
    return this.#hasFailed ? 1 : 0
  }

  #writeFrames(): void {
    const { client } = this.#options
    client.on('frame', (frame) => this.#writeLine(stringifySafely(frame)))
    client.on('status', (status) => {
      if (status.state === 'waiting') this.#warn(describeConnection(status, status.delayMs))
    })
  }

  async #takeFrame(number: number, text: string): Promise<void> {
    if (text.trim() === '') return
    const frame = parseFrameLine(text, this.#options.client.userId)
    if (typeof frame === 'string') this.#fail(`line ${number}: ${frame}`)
    else await this.#sender.send(number, frame)
  }

  async #takeLine(number: number, text: string): Promise<void> {
    const command = parseCommand(text)
    switch (command.type) {
      case 'nothing':
        break
      case 'say':
        await this.#say(number, command.text)
        break
      case 'join':
        this.#chat = command.chat
        this.#writeLine(`* now in ${chatLabel(command.chat)}`)
        break
      case 'browse':
        this.#fail(`line ${number}: /join takes the number of a chat: /join 7`)
        break
      case 'wrong':
        this.#fail(`line ${number}: ${command.message}`)
        break
      case 'run':
        this.#run(number, command.name)
    }
  }

  async #say(number: number, text: string): Promise<void> {
    const message = createMessage(this.#chat, this.#options.client.userId, text)
    this.#isFinding = true
    const mentions = await this.#mentions.mentionsIn(this.#chat, text)
    this.#isFinding = false
    if (mentions.length > 0) message.mentions = mentions
    await this.#sender.send(number, message)
  }

  #run(number: number, name: CommandName): void {
    if (name === 'quit') this.#hasQuit = true
    else if (name === 'help') for (const line of commandHelp('lines')) this.#writeLine(`* ${line}`)
    else this.#fail(`line ${number}: /${name} works on the full screen only`)
  }

  readonly #writeLine = (line: string): void => {
    this.#options.stdout.write(`${line}\n`)
  }

  #fail(why: string): void {
    this.#hasFailed = true
    this.#warn(why)
  }

  #warn(text: string): void {
    this.#options.stderr.write(`chatws: ${sanitizeLine(text)}\n`)
  }
}
