import { once } from 'node:events'
import { accessSync, constants, createWriteStream, existsSync, statSync } from 'node:fs'
import { appendFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import {
  REPORT_FORMATS,
  type ReportFormat,
  type ReportName,
  type ReportTargets,
} from '../bench/report/report-formats.ts'
import { chooseStyle } from '../bench/report/style.ts'
import { formatReport } from '../bench/report/text-report.ts'
import type { BenchResult } from '../bench/result/bench-result.ts'
import { ChatwsError } from '../protocol/error.ts'
import type { Host } from './host.ts'
import { OptionError } from './option-error.ts'

const FORMATS = Object.entries<ReportFormat>(REPORT_FORMATS) as [ReportName, ReportFormat][]

/**
 * Checks before a run that every report can be written after it. Throws OUTPUT_FAILED with every
 * file that cannot be written.
 */
export function checkTargets(targets: ReportTargets): void {
  const problems = FORMATS.flatMap(([option]) => {
    const file = targets[option]
    const problem = file === undefined || file === '-' ? undefined : whyNotWritable(file)
    return problem === undefined ? [] : [{ option, message: `cannot write ${file}: ${problem}` }]
  })
  if (problems.length > 0) throw new OptionError(problems, { code: 'OUTPUT_FAILED' })
}

function whyNotWritable(file: string): string | undefined {
  const folder = dirname(file)
  if (!existsSync(folder)) return `there is no folder ${folder}`
  if (existsSync(file) && statSync(file).isDirectory()) return 'it is a folder'
  try {
    accessSync(existsSync(file) ? file : folder, constants.W_OK)
    return undefined
  } catch {
    return 'permission denied'
  }
}

/** Whether a report goes to standard output, so that what is for people must not. */
export function isStdoutTaken(targets: ReportTargets): boolean {
  return FORMATS.some(([name]) => targets[name] === '-')
}

/**
 * Writes the report for people, every other one that is wanted, and the summary of a GitHub workflow.
 * Throws OUTPUT_FAILED once all is written that can be.
 */
export async function publish(
  result: BenchResult,
  targets: ReportTargets,
  host: Host,
): Promise<void> {
  const reader = isStdoutTaken(targets) ? host.stderr : host.stdout
  reader.write(formatReport(result, chooseStyle(reader.isTTY, host.env)))
  const problems: { option: string; message: string }[] = []
  for (const [name, { load }] of FORMATS) {
    const file = targets[name]
    if (file === undefined || !load) continue
    const text = (await load())(result)
    if (file === '-') host.stdout.write(text)
    else
      await writeFile(file, text).catch((error: Error) => {
        problems.push({ option: name, message: error.message })
      })
  }
  await appendSummary(result, host)
  if (problems.length > 0) throw new OptionError(problems, { code: 'OUTPUT_FAILED' })
}

/** A summary that cannot be written is no reason for a job to fail. */
async function appendSummary(result: BenchResult, host: Host): Promise<void> {
  const file = host.env.GITHUB_STEP_SUMMARY
  if (!file) return
  const formatMarkdown = await REPORT_FORMATS.markdown.load()
  await appendFile(file, formatMarkdown(result)).catch((error: Error) => {
    host.stderr.write(`chatws: the summary of the workflow is not written: ${error.message}\n`)
  })
}

/** The report that is written while the run is on: one JSON value a line. */
export interface EventLines {
  write(value: object): void
  /** Resolves when all is written. Throws OUTPUT_FAILED when something was not. */
  close(): Promise<void>
}

/** Writes to a file, to standard output (`-`), or nowhere. */
export function openEventLines(file: string | undefined, host: Host): EventLines {
  if (file === undefined) return { write: () => {}, close: async () => {} }
  if (file === '-')
    return {
      write: (value) => void host.stdout.write(`${JSON.stringify(value)}\n`),
      close: async () => {},
    }
  const stream = createWriteStream(file)
  let failure: Error | undefined
  stream.on('error', (error) => {
    failure = error
  })
  return {
    write: (value) => void stream.write(`${JSON.stringify(value)}\n`),
    async close() {
      stream.end()
      if (!failure && !stream.closed) await once(stream, 'close')
      if (failure)
        throw new ChatwsError('OUTPUT_FAILED', `Cannot write the lines: ${failure.message}`)
    },
  }
}
