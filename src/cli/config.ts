import { configJsonSchema } from '../config/config-schema.ts'
import type { DefineCommand } from './main.ts'

const HELP = `
Examples:
  chatws config schema > chatws.config.schema.json

A file that begins with {"$schema": "./chatws.config.schema.json" is then completed and checked by
editors. Exit codes: 0 printed, 2 wrong usage.`

/** `chatws config`. */
export const defineConfig: DefineCommand = (command, host) => {
  command.addHelpText('after', HELP)
  const schema = command
    .command('schema')
    .description('print the JSON Schema of configuration files, for editors')
  const print = async () => {
    host.stdout.write(configJsonSchema())
    return 0
  }
  return new Map([[schema, print]])
}
