import { type Command, Option } from 'commander'
import type { z } from 'zod'
import { describeOptions, fileForm, variablesOf } from '../config/option.ts'

/** Gives a command the flags of its configuration; help shows default and variable. */
export function defineOptions(command: Command, schema: z.ZodObject): void {
  for (const { name, meta, defaultValue } of describeOptions(schema)) {
    const envs = variablesOf(meta)
    if (meta.flag.includes(' ')) {
      const isShown = ['string', 'number'].includes(typeof defaultValue)
      const standing = isShown ? [`default: ${defaultValue}`] : []
      command.option(meta.flag, meta.description + notes(envs, standing))
      const held = fileForm(name, meta)
      if (held) command.option(`${held.flag} <file>`, held.description + notes(held.envs))
      continue
    }
    // A flag can say no to what the environment or the file says yes to, and the other way round;
    // help shows the one that changes the default. The yes comes first: a no alone would make
    // commander's own default a yes.
    const { flag, description, without } = meta
    const isOn = defaultValue === true
    if (isOn && without === undefined)
      throw new TypeError(`what --no-… of ${flag} does is not said`)
    const yes = new Option(flag, description + notes(envs))
    const off = envs.map((env) => `${env}=false`)
    const no = new Option(flag.replace('--', '--no-'), (without ?? '') + notes(off))
    command.addOption(isOn ? yes.hideHelp() : yes)
    command.addOption(isOn ? no : no.hideHelp())
  }
  command.option(
    '--config <file>',
    'file with options (default: ./chatws.config.json if there is one, env: CHATWS_CONFIG)',
  )
  command.option('--print-config', 'print each option, its value and where it is from, and exit')
}

/** What help says of an option in brackets: its default, and the variables that set it. */
function notes(envs: readonly string[], standing: readonly string[] = []): string {
  const all = [...standing, ...(envs.length > 0 ? [`env: ${envs.join(' or ')}`] : [])]
  return all.length > 0 ? ` (${all.join(', ')})` : ''
}
