import { Command, type ErrorOptions, type ParseOptionsResult } from 'commander'
import { suggest } from '../protocol/suggestion.ts'

/** A flag at the end that is to have a value; it gets null, which the configuration refuses. */
const VALUELESS = 'commander.optionMissingArgument'

/** What commander finds wrong, one thing at a time, that need not keep a command from its options. */
const COLLECTED = [
  'commander.unknownOption',
  'commander.missingArgument',
  'commander.excessArguments',
  VALUELESS,
]

/** The option value under which `usageProblems` stand beside the flags. */
const KEY = 'usageProblems'

/**
 * A command whose wrong flags and arguments are told with all else that is wrong with its
 * configuration, not before it. One without a configuration ends at the first, as commander does.
 */
export class UsageCommand extends Command {
  #unknown: readonly string[] = []
  #valueless: readonly string[] = []

  override createCommand(name?: string): Command {
    return new UsageCommand(name)
  }

  override parseOptions(argv: string[]): ParseOptionsResult {
    const result = super.parseOptions(argv)
    this.#unknown = result.unknown
    for (const option of this.options)
      if (this.#valueless.includes(option.flags)) this.setOptionValue(option.attributeName(), null)
    return result
  }

  override error(message: string, options?: ErrorOptions): never {
    const hasConfig = this.options.some(({ long }) => long === '--print-config')
    if (!hasConfig || !COLLECTED.includes(options?.code ?? '')) return super.error(message, options)
    if (options?.code === VALUELESS)
      this.#valueless = this.options
        .map(({ flags }) => flags)
        .filter((flags) => message.includes(`'${flags}'`))
    else this.setOptionValue(KEY, this.#problems())
    // Commander goes on to the action.
    return undefined as never
  }

  #problems(): string[] {
    const flags = this.#unknown.filter((word) => /^--?[a-z]/i.test(word))
    const known = this.options.flatMap(({ long }) => long ?? [])
    const unknown = flags.map((flag) => {
      const written = flag.split('=')[0]!
      const meant = written.startsWith('--') ? suggest(written, known) : undefined
      const hint = `${pathOf(this)} --help lists what there is`
      return `${written}: unknown, ${meant === undefined ? hint : `did you mean ${meant}?`}`
    })
    const missing = this.registeredArguments
      .slice(this.args.length)
      .filter(({ required }) => required)
      .map((argument) => `<${argument.name()}>: is required, see ${pathOf(this)} --help`)
    const isOpen = this.registeredArguments.at(-1)?.variadic
    // What follows an unknown flag may be its value.
    const excess =
      isOpen || flags.length > 0 ? [] : this.args.slice(this.registeredArguments.length)
    return [
      ...unknown,
      ...missing,
      ...excess.map((word) => `${JSON.stringify(word)}: is no argument of ${pathOf(this)}`),
    ]
  }
}

/** What is wrong with the flags and arguments of a command, beside their values. */
export function usageProblemsOf(flags: Readonly<Record<string, unknown>>): readonly string[] {
  return (flags[KEY] as readonly string[] | undefined) ?? []
}

/** A command as it is written: `chatws bench merge`. */
function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name()
}
