import { configJsonSchema } from '../config/config-schema.ts'
import type { DefineCommand } from './main.ts'

const EXIT_CODES = '\nExit codes: 0 printed, 2 wrong usage.'

const HELP = `
Examples:
  chatws config schema > chatws.config.schema.json

A file that names it, like {"$schema": "./chatws.config.schema.json", "serve": {"port": 3005}}, is
then completed and checked by editors.
${EXIT_CODES}`

/** `chatws config`. */
export const defineConfig: DefineCommand = (command, host) => {
  command.addHelpText('after', HELP)
  const schema = command
    .command('schema')
    .description('print the JSON Schema of configuration files, for editors')
    .addHelpText('after', EXIT_CODES)
  const print = async () => {
    host.stdout.write(configJsonSchema())
    return 0
  }
  return new Map([[schema, print]])
}
