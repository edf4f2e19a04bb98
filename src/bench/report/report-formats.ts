import type { BenchResult } from '../result/bench-result.ts'

/** A report besides the one for people: `--name <file>` of `chatws bench`. */
export interface ReportFormat {
  /** What the flag does, as its help says. */
  readonly help: string
  /** Loads what makes it of a result; absent where it is written while the run is on. */
  readonly load?: () => Promise<(result: BenchResult) => string>
}

/** Every format, in the order of the help. */
export const REPORT_FORMATS = {
  json: {
    help: 'write the whole result to this file; - for standard output, as with all reports',
    load: async () => (await import('./json-report.ts')).formatJson,
  },
  ndjson: { help: 'write a line for each second as it passes' },
  junit: {
    help: 'write thresholds, audit and verdict as JUnit XML',
    load: async () => (await import('./junit-report.ts')).formatJunit,
  },
  markdown: {
    help: 'write the report as Markdown; $GITHUB_STEP_SUMMARY gets it too, where set',
    load: async () => (await import('./markdown-report.ts')).formatMarkdown,
  },
  html: {
    help: 'write the report as one HTML page with charts',
    load: async () => (await import('./html-report.ts')).formatHtml,
  },
} as const satisfies Readonly<Record<string, ReportFormat>>

export type ReportName = keyof typeof REPORT_FORMATS

/** The names of those that are made of a result. */
export type ResultReportName = {
  [Name in ReportName]: (typeof REPORT_FORMATS)[Name] extends { load: unknown } ? Name : never
}[ReportName]

/** Format → where it goes: a file, `-` for standard output, or nowhere. */
export type ReportTargets = { readonly [Name in ReportName]?: string | undefined }
