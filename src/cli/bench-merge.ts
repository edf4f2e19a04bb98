import type { Command } from 'commander'
import type { ReportTargets } from '../bench/report/report-formats.ts'
import { judgeBeside } from '../bench/result/baseline.ts'
import { mergeResults } from '../bench/result/merge-results.ts'
import { MergeConfig } from '../config/bench-config.ts'
import { loadResult } from './bench-files.ts'
import { checkTargets, isStdoutTaken, publish } from './bench-reports.ts'
import { defineOptions } from './define-options.ts'
import type { Host } from './host.ts'
import type { Run } from './main.ts'
import { runWithConfig } from './run-with-config.ts'

const HELP = `
Without --json the merged result goes to standard output, and the report for people to standard
error. Of a single result it makes the same reports again.

Exit codes are those of a run with the merged result: 0 passed, 97 the measurement is invalid, 98 the
audit failed, 99 a threshold failed or a figure regressed, 130 a shard was interrupted; 1 the results do
not belong together or a report cannot be written, 2 wrong usage, or a file that is no result.`

/** Adds `chatws bench merge`; returns what runs it. */
export function defineBenchMerge(command: Command, host: Host): [Command, Run] {
  const merge = command
    .command('merge')
    .description('add up the results of several shards, and judge them as one')
    .argument('<results...>', 'files that --shard runs wrote with --json')
    .addHelpText('after', HELP)
  defineOptions(merge, MergeConfig)
  // Flags that bench has, too, are read as its own, wherever they stand.
  const run = (files: string[], _flags: object, called: Command) =>
    runWithConfig(
      { schema: MergeConfig, sections: ['bench'], flags: called.optsWithGlobals(), host },
      (config) => mergeFiles(files, config, host),
    )
  return [merge, run]
}

async function mergeFiles(
  files: readonly string[],
  config: Readonly<MergeConfig>,
  host: Host,
): Promise<number> {
  const json = config.json ?? (isStdoutTaken(config) ? undefined : '-')
  const targets: ReportTargets = { ...config, json }
  checkTargets(targets)
  const results = await Promise.all(files.map((file) => loadResult(file, 'result')))
  const baseline =
    config.baseline === undefined ? undefined : await loadResult(config.baseline, 'baseline')
  const result = judgeBeside(baseline, mergeResults(results), config.maxRegression)
  await publish(result, targets, host)
  return result.exitCode
}
