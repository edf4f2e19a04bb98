import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { mergeResults } from '../bench/report/merge-results.ts'
import { parseResult } from '../bench/report/read-result.ts'
import { formatReport } from '../bench/report/text-report.ts'
import { resultJsonSchema } from '../bench/run/bench-result.ts'
import { scenarioJsonSchema } from '../bench/scenario/scenario.ts'
import { ChatwsError } from '../protocol/error.ts'
import type { Host } from './host.ts'
import type { Run } from './main.ts'

const SCHEMAS: Readonly<Record<string, () => string>> = {
  scenario: scenarioJsonSchema,
  result: resultJsonSchema,
}

/** Adds `chatws bench schema` and `chatws bench merge`; returns what runs them. */
export function defineBenchTools(command: Command, host: Host): [Command, Run][] {
  const schema = command
    .command('schema')
    .description('print the JSON Schema of scenario files, or of results')
    .argument('[what]', 'scenario or result', 'scenario')
  const print = async (what: string) => {
    const schemaText = Object.hasOwn(SCHEMAS, what) ? SCHEMAS[what] : undefined
    if (!schemaText)
      throw new ChatwsError('USAGE', `There is a schema of scenario and of result, not of ${what}`)
    host.stdout.write(schemaText())
    return 0
  }
  const merge = command
    .command('merge')
    .description('add up the results of several shards, as JSON, and judge them as one')
    .argument('<results...>', 'files that --shard runs wrote with --json')
  const mergeFiles = async (files: string[]) => {
    const results = await Promise.all(
      files.map(async (file) => parseResult(await read(file), file)),
    )
    const merged = mergeResults(results)
    host.stdout.write(`${JSON.stringify(merged, null, 2)}\n`)
    host.stderr.write(formatReport(merged))
    return merged.exitCode
  }
  return [
    [schema, print],
    [merge, mergeFiles],
  ]
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    const { message } = cause as Error
    throw new ChatwsError('USAGE', `Cannot read the result: ${message}`, { cause })
  }
}
