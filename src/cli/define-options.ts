import { type Command, Option } from 'commander'
import type { z } from 'zod'
import { describeOptions } from '../config/option.ts'

/** Gives a command the flags of its configuration; help shows default and variable. */
export function defineOptions(command: Command, schema: z.ZodObject): void {
  for (const { meta, defaultValue } of describeOptions(schema)) {
    const notes = [
      defaultValue === undefined || defaultValue === false ? '' : `default: ${defaultValue}`,
      meta.env === undefined ? '' : `env: ${meta.env}`,
    ].filter(Boolean)
    const suffix = notes.length > 0 ? ` (${notes.join(', ')})` : ''
    command.option(meta.flag, meta.description + suffix)
    // A flag can say no to what the environment or the file says yes to.
    if (!meta.flag.includes(' '))
      command.addOption(new Option(meta.flag.replace('--', '--no-')).hideHelp())
  }
  command.option(
    '--config <file>',
    'file with options (default: ./chatws.config.json if there is one, env: CHATWS_CONFIG)',
  )
  command.option('--print-config', 'print each option, its value and where it is from, and exit')
}
