import type { Command } from 'commander'
import { resultJsonSchema } from '../bench/result/bench-result.ts'
import { scenarioJsonSchema } from '../bench/scenario/scenario.ts'
import { ChatwsError } from '../protocol/error.ts'
import type { Host } from './host.ts'
import type { Run } from './main.ts'

const SCHEMAS: Readonly<Record<string, () => string>> = {
  scenario: scenarioJsonSchema,
  result: resultJsonSchema,
}

/** Adds `chatws bench schema`; returns what runs it. */
export function defineBenchSchema(command: Command, host: Host): [Command, Run] {
  const schema = command
    .command('schema')
    .description('print the JSON Schema of scenario files, or of results')
    .argument('[what]', 'scenario or result', 'scenario')
    .addHelpText('after', '\nExit codes: 0 printed, 2 wrong usage.')
  const print = async (what: string) => {
    const schemaText = Object.hasOwn(SCHEMAS, what) ? SCHEMAS[what] : undefined
    if (!schemaText)
      throw new ChatwsError('USAGE', `There is a schema of scenario and of result, not of ${what}`)
    host.stdout.write(schemaText())
    return 0
  }
  return [schema, print]
}
