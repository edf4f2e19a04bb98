import { readFile, writeFile } from 'node:fs/promises'
import { BENCH_EXIT, type BenchResult, exitCodeOf } from '../bench/bench-result.ts'
import { ProgressLine } from '../bench/progress-line.ts'
import { runBench } from '../bench/run-bench.ts'
import { parseScenario, type Scenario } from '../bench/scenario.ts'
import { formatReport } from '../bench/text-report.ts'
import { BenchConfig } from '../config/bench-config.ts'
import { ChatwsError } from '../protocol/error.ts'
import { defineOptions } from './define-options.ts'
import type { Host } from './host.ts'
import type { DefineCommand } from './main.ts'
import { runWithConfig } from './run-with-config.ts'
import { startServerProcess } from './server-process.ts'

const HELP = `
Examples:
  chatws bench scenarios/500-users.json
  chatws bench scenarios/smoke.json --json result.json
  chatws bench scenarios/500-users.json --url ws://127.0.0.1:3004

Every message is followed to every connection: what is missing, repeated or out of order
fails the run, and so does a user that is not seen online, or not seen to leave.

Exit codes: 0 passed, 1 could not run, 2 bad scenario or usage, 98 the audit failed,
99 a threshold failed, 130 interrupted.`

/** `chatws bench`. */
export const defineBench: DefineCommand = (command, host) => {
  command.argument('<scenario>', 'the scenario file')
  defineOptions(command, BenchConfig)
  command.addHelpText('after', HELP)
  return (file: string, flags: Record<string, unknown>) =>
    runWithConfig({ schema: BenchConfig, sections: ['bench'], flags, host }, (config) =>
      bench(file, config, host),
    )
}

async function bench(file: string, config: Readonly<BenchConfig>, host: Host): Promise<number> {
  const scenario = parseScenario(await readScenario(file), file)
  const interruption = new AbortController()
  const secondSignal = new Promise<number>((resolve) => {
    host.onSignal(() => {
      if (interruption.signal.aborted) resolve(BENCH_EXIT.interrupted)
      interruption.abort()
    })
  })
  const work = async () => {
    const result = await play(scenario, config.url, interruption.signal, host)
    await publish(result, config.json, host)
    return exitCodeOf(result)
  }
  return Promise.race([work(), secondSignal])
}

/** Plays the scenario against the server at `url`, or against one of its own. */
async function play(
  scenario: Scenario,
  url: string | undefined,
  signal: AbortSignal,
  host: Host,
): Promise<BenchResult> {
  const { stderr } = host
  const progress = new ProgressLine({
    isTTY: stderr.isTTY === true,
    columns: stderr.columns ?? 80,
    write: (text) => stderr.write(text),
  })
  const server = url === undefined ? await startServerProcess() : undefined
  try {
    return await runBench(scenario, {
      url: url ?? server!.url,
      signal,
      onProgress: (state) => progress.show(state),
    })
  } finally {
    progress.clear()
    await server?.stop()
  }
}

async function publish(result: BenchResult, json: string | undefined, host: Host): Promise<void> {
  const exitCode = exitCodeOf(result)
  const record = `${JSON.stringify({ version: 1, ...result, exitCode }, null, 2)}\n`
  if (json === '-') host.stdout.write(record)
  else if (json !== undefined) await writeResult(json, record)
  const reader = json === '-' ? host.stderr : host.stdout
  reader.write(formatReport(result))
}

async function readScenario(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    const { message } = cause as Error
    throw new ChatwsError('INVALID_SCENARIO', `Cannot read the scenario: ${message}`, { cause })
  }
}

async function writeResult(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text)
  } catch (cause) {
    const { message } = cause as Error
    throw new ChatwsError('OUTPUT_FAILED', `Cannot write the result: ${message}`, { cause })
  }
}
