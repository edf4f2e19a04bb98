import { type Command, Option } from 'commander'
import type { z } from 'zod'
import { describeOptions, fileForm } from '../config/option.ts'

/** Gives a command the flags of its configuration; help shows default and variable. */
export function defineOptions(command: Command, schema: z.ZodObject): void {
  for (const { name, meta, defaultValue } of describeOptions(schema)) {
    const notes = [
      // A flag without an argument is off by default, or on and turned off by it.
      ['string', 'number'].includes(typeof defaultValue) ? `default: ${defaultValue}` : '',
      meta.env === undefined
        ? ''
        : `env: ${[meta.preferredEnv, meta.env].filter(Boolean).join(' or ')}`,
    ].filter(Boolean)
    const suffix = notes.length > 0 ? ` (${notes.join(', ')})` : ''
    if (meta.flag.includes(' ')) {
      command.option(meta.flag, meta.description + suffix)
      const held = fileForm(name, meta)
      const variable = held?.env === undefined ? '' : ` (env: ${held.env})`
      if (held) command.option(`${held.flag} <file>`, held.description + variable)
      continue
    }
    // A flag can say no to what the environment or the file says yes to, and the other way round;
    // help shows the one that changes the default. The yes comes first: a no alone would make
    // commander's own default a yes.
    const yes = new Option(meta.flag, meta.description + suffix)
    const no = new Option(meta.flag.replace('--', '--no-'), `without: ${meta.description}${suffix}`)
    command.addOption(defaultValue === true ? yes.hideHelp() : yes)
    command.addOption(defaultValue === true ? no : no.hideHelp())
  }
  command.option(
    '--config <file>',
    'file with options (default: ./chatws.config.json if there is one, env: CHATWS_CONFIG)',
  )
  command.option('--print-config', 'print each option, its value and where it is from, and exit')
}
