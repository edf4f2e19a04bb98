import { browseChats, chatCommands, enterChat } from './chat-commands.ts'
import type { CommandContext, CommandRuns, Run } from './command-context.ts'
import { type CommandName, parseCommand } from './command-line.ts'
import { fileCommands } from './file-commands.ts'
import { listCommands } from './list-commands.ts'
import { MessageCommands } from './message-commands.ts'
import { moderationCommands } from './moderation-commands.ts'
import { peopleCommands } from './people-commands.ts'
import { reportCommands } from './report-commands.ts'
import { supportCommands } from './support-commands.ts'
import { threadCommands } from './thread-commands.ts'

/** Does what entered lines ask for. What goes wrong is told in the chat. */
export class CommandRunner {
  readonly #context: CommandContext
  readonly #messages: MessageCommands
  readonly #runs: CommandRuns

  constructor(context: CommandContext) {
    this.#context = context
    this.#messages = new MessageCommands(context)
    this.#runs = {
      ...this.#messages.runs,
      ...listCommands(context),
      ...fileCommands(context),
      ...supportCommands(context),
      ...peopleCommands(context),
      ...chatCommands(context),
      ...moderationCommands(context),
      ...reportCommands(context),
      ...threadCommands(context),
      next: () => context.actions.nextUnread(),
      mark: () => context.actions.mark(),
      older: () => context.showOlder(),
      choose: ({ text }) => this.#choose(Number(text)),
      theme: ({ text }) => this.#theme(text),
      help: () => context.help(),
      quit: () => context.quit(),
    }
  }

  /** Does what a line asks for; false where it should stay, because it could not be sent. */
  enter(line: string): boolean {
    const { state, notify } = this.#context
    if (state.target?.type === 'edit') return this.#messages.save(state.target.id, line)
    const command = parseCommand(line)
    switch (command.type) {
      case 'nothing':
        return true
      case 'say':
        return this.#messages.say(command.text)
      case 'join':
        this.#do('join', () => enterChat(this.#context, command.chat))
        return true
      case 'browse':
        this.#do('join', () => browseChats(this.#context))
        return true
      case 'wrong':
        notify(command.message)
        return true
      case 'run':
        this.#run(command)
        return true
    }
  }

  /** Begins to change the own message before the one that is being changed, or the newest. */
  editPrevious(): boolean {
    return this.#messages.editPrevious()
  }

  #run(command: Run): void {
    this.#do(command.name, () => this.#runs[command.name](command))
  }

  #do(name: CommandName, run: () => unknown): void {
    const { client, notify, changed } = this.#context
    Promise.resolve()
      .then(run)
      .then(
        () => changed(),
        (error: Error) => {
          // What a closed client gives up is told as one, when it has ended.
          if (client.status.state !== 'closed') notify(`/${name}: ${error.message}`)
        },
      )
  }

  /** Chooses a line of the list that is shown, from 1. */
  #choose(number: number): void {
    const { state } = this.#context
    const { overlay } = state
    if (overlay?.onChoose === undefined) throw new Error('there is no list to choose from')
    if (!(number >= 1 && number <= overlay.lines.length))
      throw new Error(`name a line by its number, 1 to ${overlay.lines.length}`)
    state.overlay = undefined
    overlay.onChoose(number - 1)
  }

  #theme(name: string): void {
    const problem = this.#context.setTheme(name)
    if (problem !== undefined) throw new Error(problem)
  }
}
