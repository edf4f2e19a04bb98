import { once } from 'node:events'
import { createWriteStream, type WriteStream } from 'node:fs'
import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { dirname, resolve } from 'node:path'
import type { Command } from 'commander'
import { GeneratorWorker } from '../bench/generator/generator-worker.ts'
import { type Comparison, compareResults } from '../bench/report/baseline.ts'
import { formatComparison } from '../bench/report/comparison-text.ts'
import { LiveView } from '../bench/report/live-view.ts'
import { parseResult } from '../bench/report/read-result.ts'
import { COLOURED, formatReport, PLAIN } from '../bench/report/text-report.ts'
import { BENCH_EXIT, type BenchResult } from '../bench/run/bench-result.ts'
import { type FeedRow, parseFeed } from '../bench/scenario/feed.ts'
import { parseScenario } from '../bench/scenario/parse-scenario.ts'
import type { Scenario } from '../bench/scenario/scenario.ts'
import { BenchConfig } from '../config/bench-config.ts'
import { ChatwsError } from '../protocol/error.ts'
import { defineBenchTools } from './bench-tools.ts'
import { defineOptions } from './define-options.ts'
import type { Host } from './host.ts'
import type { DefineCommand, Run } from './main.ts'
import { runWithConfig } from './run-with-config.ts'
import { ServerProcess } from './server-process.ts'

const HELP = `
Examples:
  chatws bench scenarios/500-users.json
  chatws bench scenarios/smoke.json --json result.json --html report.html
  chatws bench scenarios/500-users.json --url ws://127.0.0.1:3004
  chatws bench scenarios/500-users.json --baseline result.json --max-regression 10%
  chatws bench scenarios/10k-connections.json --url ws://chat:3004 --shard 1/2
  chatws bench merge shard1.json shard2.json
  chatws bench schema > scenario.schema.json

Every message is followed to every connection: what is missing, repeated, out of order or altered
fails the run, and so does a user that is not seen online, or not seen to leave.

Exit codes: 0 passed, 1 could not run, 2 bad scenario or usage, 97 the measurement is invalid,
98 the audit failed, 99 a threshold failed or a figure regressed, 130 interrupted.`

/** `chatws bench`. */
export const defineBench: DefineCommand = (command, host) => {
  command.argument('<scenario>', 'the scenario file')
  defineOptions(command, BenchConfig)
  command.addHelpText('after', HELP)
  const run = (file: string, flags: Record<string, unknown>) =>
    runWithConfig({ schema: BenchConfig, sections: ['bench'], flags, host }, (config) =>
      bench(file, config, host),
    )
  return new Map<Command, Run>([[command, run], ...defineBenchTools(command, host)])
}

async function bench(file: string, config: Readonly<BenchConfig>, host: Host): Promise<number> {
  const scenario = parseScenario(await readText(file, 'scenario'), file)
  const feed = await readFeed(scenario, file)
  const baseline =
    config.baseline === undefined
      ? undefined
      : parseResult(await readText(config.baseline, 'baseline'), config.baseline)
  const interruption = new AbortController()
  const secondSignal = new Promise<number>((resolve) => {
    host.onSignal(() => {
      if (interruption.signal.aborted) resolve(BENCH_EXIT.interrupted)
      interruption.abort()
    })
  })
  const work = async () => {
    const result = await play({ scenario, feed }, config, interruption.signal, host)
    const comparison = baseline && compareResults(baseline, result, config.maxRegression)
    const hasRegressed = comparison?.rows.some(({ isRegression }) => isRegression) === true
    const exitCode =
      hasRegressed && result.exitCode === 0 ? BENCH_EXIT.thresholdFailed : result.exitCode
    await publish({ ...result, exitCode }, comparison, config, host)
    return exitCode
  }
  return Promise.race([work(), secondSignal])
}

/** Plays the scenario against the server at `--url`, or against one of its own. */
async function play(
  { scenario, feed }: { scenario: Scenario; feed: readonly FeedRow[] | undefined },
  config: Readonly<BenchConfig>,
  signal: AbortSignal,
  host: Host,
): Promise<BenchResult> {
  const { stderr } = host
  const view = new LiveView({
    isTTY: stderr.isTTY === true,
    columns: stderr.columns ?? 80,
    write: (text) => stderr.write(text),
  })
  const lines = openLines(config.ndjson, host)
  // All that takes long to be ready gets ready at the same time.
  const starting = config.url === undefined ? ServerProcess.start() : undefined
  const workers = config.workers ?? Math.max(1, availableParallelism() - 1)
  const generators = Array.from({ length: workers }, () => new GeneratorWorker())
  try {
    const [server, { runBench }] = await Promise.all([
      starting,
      import('../bench/run/run-bench.ts'),
    ])
    const result = await runBench(scenario, {
      url: config.url ?? server!.url,
      ...(server ? { ownServer: server } : {}),
      signal,
      workers,
      launch: (setup) => generators[setup.index]!.prepare(setup),
      feed,
      shard: config.shard ?? { index: 0, count: 1 },
      onProgress: (progress) => view.show(progress),
      onSecond: (second) => lines.write({ event: 'second', ...second }),
    })
    lines.write({ event: 'result', exitCode: result.exitCode, problems: result.problems })
    return result
  } finally {
    view.clear()
    const server = await starting?.catch(() => undefined)
    await Promise.all([
      lines.close(),
      server?.stop(),
      ...generators.map((generator) => generator.end()),
    ])
  }
}

async function publish(
  result: BenchResult,
  comparison: Comparison | undefined,
  config: Readonly<BenchConfig>,
  host: Host,
): Promise<void> {
  const { json, junit, markdown, html, ndjson } = config
  const record = `${JSON.stringify(result, null, 2)}\n`
  if (json === '-') host.stdout.write(record)
  else if (json !== undefined) await writeOutput(json, record)
  if (junit !== undefined) {
    const { formatJunit } = await import('../bench/report/junit-report.ts')
    await writeOutput(junit, formatJunit(result))
  }
  const summary = host.env.GITHUB_STEP_SUMMARY
  if (markdown !== undefined || summary) {
    const { formatMarkdown } = await import('../bench/report/markdown-report.ts')
    const text = formatMarkdown(result, comparison)
    if (markdown !== undefined) await writeOutput(markdown, text)
    if (summary) await appendFile(summary, text)
  }
  if (html !== undefined) {
    const { formatHtml } = await import('../bench/report/html-report.ts')
    await writeOutput(html, formatHtml(result, comparison))
  }
  const reader = json === '-' || ndjson === '-' ? host.stderr : host.stdout
  const style = reader.isTTY && !host.env.NO_COLOR ? COLOURED : PLAIN
  reader.write(formatReport(result, style))
  if (comparison) reader.write(`${formatComparison(comparison, style)}\n`)
}

/** One JSON value a line, to a file, to standard output, or nowhere. */
interface Lines {
  write(value: object): void
  close(): Promise<void>
}

function openLines(file: string | undefined, host: Host): Lines {
  if (file === undefined) return { write: () => {}, close: async () => {} }
  const stream: WriteStream | undefined = file === '-' ? undefined : createWriteStream(file)
  let failure: Error | undefined
  stream?.on('error', (error) => {
    failure = error
  })
  return {
    write: (value) => (stream ?? host.stdout).write(`${JSON.stringify(value)}\n`),
    async close() {
      if (!stream) return
      stream.end()
      if (!failure && !stream.closed) await once(stream, 'close')
      if (failure)
        throw new ChatwsError('OUTPUT_FAILED', `Cannot write the lines: ${failure.message}`)
    },
  }
}

async function readFeed(scenario: Scenario, file: string): Promise<readonly FeedRow[] | undefined> {
  const { feed, count } = scenario.users
  if (feed === undefined) return undefined
  const path = resolve(dirname(file), feed)
  return parseFeed(await readText(path, 'feed'), path, count)
}

async function readText(file: string, what: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    const { message } = cause as Error
    throw new ChatwsError('INVALID_SCENARIO', `Cannot read the ${what}: ${message}`, { cause })
  }
}

async function writeOutput(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text)
  } catch (cause) {
    const { message } = cause as Error
    throw new ChatwsError('OUTPUT_FAILED', `Cannot write the report: ${message}`, { cause })
  }
}
