import { availableParallelism } from 'node:os'
import type { Command } from 'commander'
import { resultEvent, secondEvent, startEvent } from '../bench/report/event-lines.ts'
import { LiveView } from '../bench/report/live-view.ts'
import { chooseStyle } from '../bench/report/style.ts'
import { judgeBeside, refuseOther } from '../bench/result/baseline.ts'
import { BENCH_EXIT, type BenchResult } from '../bench/result/bench-result.ts'
import { hashScenario } from '../bench/scenario/scenario.ts'
import { GeneratorWorker } from '../bench/worker/generator-worker.ts'
import { BenchConfig } from '../config/bench-config.ts'
import { hidePassword } from '../protocol/hide-password.ts'
import { type LoadedScenario, loadResult, loadScenario } from './bench-files.ts'
import { defineBenchMerge } from './bench-merge.ts'
import { checkTargets, type EventLines, openEventLines, publish } from './bench-reports.ts'
import { defineBenchSchema } from './bench-schema.ts'
import { defineOptions } from './define-options.ts'
import type { Host } from './host.ts'
import type { DefineCommand, Run } from './main.ts'
import { runWithConfig } from './run-with-config.ts'
import { ServerProcess } from './server-process.ts'

const HELP = `
Examples:
  chatws bench smoke                                     one of the scenarios that come with it
  chatws bench my-scenario.json --json result.json --html report.html
  chatws bench 500-users --url ws://127.0.0.1:3004       tests a server that runs
  chatws bench 500-users --baseline result.json --max-regression 10%
  chatws bench 10k-connections --url ws://chat:3004 --shard 1/2 --json 1.json
  chatws bench merge 1.json 2.json --html report.html
  chatws bench schema > scenario.schema.json

Every message is followed to every connection: what is missing, repeated, out of order or altered
fails the run, and so does a user that is not seen online, or not seen to leave.

Exit codes: 0 passed, 1 could not run, 2 bad scenario or usage, 97 the measurement is invalid,
98 the audit failed, 99 a threshold failed or a figure regressed, 130 interrupted.`

/** `chatws bench`. */
export const defineBench: DefineCommand = (command, host) => {
  command.argument('<scenario>', 'a scenario file, or the name of one that comes with chatws')
  defineOptions(command, BenchConfig)
  command.addHelpText('after', HELP)
  const run = (file: string, flags: Record<string, unknown>) =>
    runWithConfig({ schema: BenchConfig, sections: ['bench'], flags, host }, (config) =>
      bench(file, config, host),
    )
  return new Map<Command, Run>([
    [command, run],
    defineBenchSchema(command, host),
    defineBenchMerge(command, host),
  ])
}

async function bench(file: string, config: Readonly<BenchConfig>, host: Host): Promise<number> {
  const loaded = await loadScenario(file)
  const baseline = await prepare(loaded, config)
  const interruption = new AbortController()
  const secondSignal = new Promise<number>((resolve) => {
    host.onSignal(() => {
      if (interruption.signal.aborted) resolve(BENCH_EXIT.interrupted)
      interruption.abort()
    })
  })
  const work = async () => {
    const lines = openEventLines(config.ndjson, host)
    lines.write(startEvent(loaded.scenario))
    try {
      const played = await play(loaded, config, { signal: interruption.signal, lines, host })
      const result = judgeBeside(baseline, played, config.maxRegression)
      lines.write(resultEvent(result))
      await publish(result, config, host)
      return result.exitCode
    } finally {
      await lines.close()
    }
  }
  return Promise.race([work(), secondSignal])
}

/** Refuses before the run what would be refused after it; reads the baseline. */
async function prepare(
  { scenario }: LoadedScenario,
  config: Readonly<BenchConfig>,
): Promise<BenchResult | undefined> {
  const { shard = { index: 0, count: 1 } } = config
  checkTargets(config)
  if (config.baseline === undefined) return undefined
  const baseline = await loadResult(config.baseline, 'baseline')
  refuseOther(baseline, {
    scenario: { name: scenario.name, hash: hashScenario(scenario) },
    shards: [`${shard.index + 1}/${shard.count}`],
  })
  return baseline
}

/** Plays the scenario against the server at `--url`, or against one of its own. */
async function play(
  { scenario, feed }: LoadedScenario,
  config: Readonly<BenchConfig>,
  { signal, lines, host }: { signal: AbortSignal; lines: EventLines; host: Host },
): Promise<BenchResult> {
  const view = createView(host)
  // All that takes long to be ready gets ready at the same time.
  const starting =
    config.url === undefined
      ? ServerProcess.start(host.env, scenario.chats ? 'members' : 'open')
      : undefined
  view.announce(starting ? 'Starting a server …' : `Connecting to ${hidePassword(config.url!)} …`)
  const workers = config.workers ?? Math.max(1, availableParallelism() - 1)
  const generators = Array.from({ length: workers }, () => new GeneratorWorker())
  try {
    const [server, { runBench }] = await Promise.all([
      starting,
      import('../bench/run/run-bench.ts'),
    ])
    return await runBench(scenario, {
      url: config.url ?? server!.url,
      ...(server ? { ownServer: server } : {}),
      signal,
      workers,
      launch: (setup) => generators[setup.index]!.prepare(setup),
      feed,
      shard: config.shard ?? { index: 0, count: 1 },
      onProgress: (progress) => view.show(progress),
      onSecond: (second) => lines.write(secondEvent(second)),
    })
  } finally {
    view.clear()
    const server = await starting?.catch(() => undefined)
    await Promise.all([server?.stop(), ...generators.map((generator) => generator.end())])
  }
}

function createView({ stderr, env }: Host): LiveView {
  const isTTY = stderr.isTTY === true && env.TERM !== 'dumb'
  return new LiveView({
    isTTY,
    get columns() {
      return stderr.columns
    },
    style: chooseStyle(isTTY, env),
    write: (text) => stderr.write(text),
  })
}
