import { Argument, type Command } from 'commander'
import { z } from 'zod'
import { CONFIG_SECTIONS } from '../config/config-file.ts'
import { describeOptions } from '../config/option.ts'
import {
  type CompletedCommand,
  type CompletedValue,
  completionScript,
  SHELLS,
  type Shell,
} from './completion-script.ts'
import type { DefineCommand } from './main.ts'

const HELP = `
Examples:
  source <(chatws completion bash)                      # in ~/.bashrc
  chatws completion zsh > "\${fpath[1]}/_chatws"
  chatws completion fish > ~/.config/fish/completions/chatws.fish

Exit codes: 0 printed, 2 wrong usage.`

/** `chatws completion`. */
export const defineCompletion: DefineCommand = (command, host, loadProgram) => {
  command.addArgument(new Argument('<shell>').choices(SHELLS))
  command.addHelpText('after', HELP)
  return async (shell: Shell) => {
    const program = await loadProgram()
    host.stdout.write(completionScript(shell, describeCommands(program, '')))
    return 0
  }
}

/** A command and all below it. */
function describeCommands(command: Command, path: string): CompletedCommand[] {
  const words = choicesOf(path)
  const help = command.createHelp()
  const own: CompletedCommand = {
    path,
    subcommands: command.commands.map((sub) => ({ name: sub.name(), summary: sub.description() })),
    options: help.visibleOptions(command).map((option) => ({
      flag: option.long!,
      summary: option.description,
      value: completedValue(option.flags, words.get(option.long!)),
    })),
    argument: describeArgument(command.registeredArguments[0]),
  }
  return [
    own,
    ...command.commands.flatMap((sub) => describeCommands(sub, `${path} ${sub.name()}`.trim())),
  ]
}

/** What stands for a file in the flags and arguments of a command. */
const FILES = /<(file|folder|scenario)>/

function describeArgument(argument: Argument | undefined): CompletedValue {
  if (!argument) return 'none'
  return completedValue(`<${argument.name()}>`, argument.argChoices)
}

function completedValue(flags: string, words: readonly string[] | undefined): CompletedValue {
  if (!flags.includes('<')) return 'none'
  if (words) return words
  return FILES.test(flags) || flags.startsWith('--database-url') ? 'file' : 'any'
}

/** The words of each option of a command that takes only some: flag → words. */
function choicesOf(path: string): Map<string, string[]> {
  const section = CONFIG_SECTIONS[path as keyof typeof CONFIG_SECTIONS] as z.ZodObject | undefined
  const choices = new Map<string, string[]>()
  for (const { name, meta } of section ? describeOptions(section) : []) {
    const field = section!.shape[name] as z.ZodType
    const { enum: words } = z.toJSONSchema(field, { unrepresentable: 'any' })
    if (words) choices.set(meta.flag.split(' ')[0]!, words.map(String))
  }
  return choices
}
