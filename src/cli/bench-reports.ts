import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { appendFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { COLOURED, PLAIN } from '../bench/report/style.ts'
import { formatReport } from '../bench/report/text-report.ts'
import type { BenchResult } from '../bench/result/bench-result.ts'
import { ChatwsError } from '../protocol/error.ts'
import type { Host } from './host.ts'

/** Report → where it goes: a file, `-` for standard output, or nowhere. */
export interface ReportTargets {
  readonly json?: string | undefined
  readonly ndjson?: string | undefined
  readonly junit?: string | undefined
  readonly markdown?: string | undefined
  readonly html?: string | undefined
}

const NAMES = ['json', 'ndjson', 'junit', 'markdown', 'html'] as const

/** Report → how it is made; loaded only when it is wanted. */
const FORMATS: Readonly<Record<string, () => Promise<(result: BenchResult) => string>>> = {
  json: async () => (await import('../bench/report/json-report.ts')).formatJson,
  junit: async () => (await import('../bench/report/junit-report.ts')).formatJunit,
  markdown: async () => (await import('../bench/report/markdown-report.ts')).formatMarkdown,
  html: async () => (await import('../bench/report/html-report.ts')).formatHtml,
}

/**
 * Sees whether every report can be written, so that no run is lost for want of it. Throws USAGE when
 * several are to go to standard output, and OUTPUT_FAILED with every file that cannot be written.
 */
export function checkTargets(targets: ReportTargets): void {
  const toStdout = NAMES.filter((name) => targets[name] === '-')
  if (toStdout.length > 1)
    throw new ChatwsError(
      'USAGE',
      `Only one report can go to standard output, not ${toStdout.map((name) => `--${name}`).join(' and ')}`,
    )
  const problems = NAMES.flatMap((name) => {
    const file = targets[name]
    const problem = file === undefined || file === '-' ? undefined : whyNotWritable(file)
    return problem === undefined ? [] : [`--${name}: cannot write ${file}: ${problem}`]
  })
  if (problems.length > 0) throw new ChatwsError('OUTPUT_FAILED', problems.join('\n'))
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

/**
 * Writes the report for people, every other one that is wanted, and the summary of a GitHub workflow.
 * Throws OUTPUT_FAILED once all is written that can be.
 */
export async function publish(
  result: BenchResult,
  targets: ReportTargets,
  host: Host,
): Promise<void> {
  const isStdoutTaken = NAMES.some((name) => targets[name] === '-')
  const reader = isStdoutTaken ? host.stderr : host.stdout
  const style = reader.isTTY && !host.env.NO_COLOR ? COLOURED : PLAIN
  reader.write(formatReport(result, style))
  const problems: string[] = []
  for (const [name, load] of Object.entries(FORMATS)) {
    const file = targets[name as keyof ReportTargets]
    if (file === undefined) continue
    const text = (await load())(result)
    if (file === '-') host.stdout.write(text)
    else
      await writeFile(file, text).catch((error: Error) => {
        problems.push(`--${name}: ${error.message}`)
      })
  }
  await appendSummary(result, host)
  if (problems.length > 0) throw new ChatwsError('OUTPUT_FAILED', problems.join('\n'))
}

/** A summary that cannot be written is no reason for a job to fail. */
async function appendSummary(result: BenchResult, host: Host): Promise<void> {
  const file = host.env.GITHUB_STEP_SUMMARY
  if (!file) return
  const { formatMarkdown } = await import('../bench/report/markdown-report.ts')
  await appendFile(file, formatMarkdown(result)).catch((error: Error) => {
    host.stderr.write(`chatws: the summary of the workflow is not written: ${error.message}\n`)
  })
}
