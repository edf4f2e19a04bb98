import type { Command } from 'commander'
import { compareResults } from '../bench/result/baseline.ts'
import { exitCodeOf, resultJsonSchema } from '../bench/result/bench-result.ts'
import { mergeResults } from '../bench/result/merge-results.ts'
import { scenarioJsonSchema } from '../bench/scenario/scenario.ts'
import { MergeConfig } from '../config/bench-config.ts'
import { ChatwsError } from '../protocol/error.ts'
import { loadResult } from './bench-files.ts'
import { checkTargets, publish, type ReportTargets } from './bench-reports.ts'
import { defineOptions } from './define-options.ts'
import type { Host } from './host.ts'
import type { Run } from './main.ts'
import { runWithConfig } from './run-with-config.ts'

const SCHEMAS: Readonly<Record<string, () => string>> = {
  scenario: scenarioJsonSchema,
  result: resultJsonSchema,
}

const MERGE_HELP = `
Without --json the merged result goes to standard output, and the report for people to standard
error. Of a single result it makes the same reports again.`

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
    .description('add up the results of several shards, and judge them as one')
    .argument('<results...>', 'files that --shard runs wrote with --json')
    .addHelpText('after', MERGE_HELP)
  defineOptions(merge, MergeConfig)
  // Flags that bench has, too, are read as its own, wherever they stand.
  const run = (files: string[], _flags: object, called: Command) =>
    runWithConfig(
      { schema: MergeConfig, sections: ['bench'], flags: called.optsWithGlobals(), host },
      (config) => mergeFiles(files, config, host),
    )
  return [
    [schema, print],
    [merge, run],
  ]
}

async function mergeFiles(
  files: readonly string[],
  config: Readonly<MergeConfig>,
  host: Host,
): Promise<number> {
  const isStdoutTaken = [config.junit, config.markdown, config.html].includes('-')
  const json = config.json ?? (isStdoutTaken ? undefined : '-')
  const targets: ReportTargets = { ...config, json }
  checkTargets(targets)
  const results = await Promise.all(files.map((file) => loadResult(file, 'result')))
  const baseline =
    config.baseline === undefined ? undefined : await loadResult(config.baseline, 'baseline')
  const merged = mergeResults(results)
  const compared = baseline
    ? { ...merged, comparison: compareResults(baseline, merged, config.maxRegression) }
    : merged
  const result = { ...compared, exitCode: exitCodeOf(compared) }
  await publish(result, targets, host)
  return result.exitCode
}
