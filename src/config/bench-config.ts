import { z } from 'zod'
import {
  REPORT_FORMATS,
  type ReportName,
  type ResultReportName,
} from '../bench/report/report-formats.ts'
import { type Contradiction, withoutContradictions } from './contradictions.ts'
import { numeric, option } from './option.ts'
import { WebSocketUrl } from './websocket-url.ts'

const MAX_WORKERS = 64

/** `i/n`: part i of n, from 1. */
const Shard = z
  .string()
  .regex(/^[1-9]\d{0,3}\/[1-9]\d{0,3}$/, 'must be like 1/3')
  .transform((text) => text.split('/').map(Number) as [number, number])
  .refine(([index, count]) => index <= count, 'must not exceed the number of shards')
  .transform(([index, count]) => ({ index: index - 1, count }))

const REPORT_NAMES = Object.keys(REPORT_FORMATS) as ReportName[]

const output = () => z.string().min(1, 'must name a file').optional()

const options = z.object({
  url: option(WebSocketUrl.optional(), {
    flag: '--url <url>',
    env: 'CHATWS_URL',
    description: 'a running server to test; without it, one is started on a temporary database',
  }),
  workers: option(
    numeric(
      z
        .int('must be a number of threads')
        .min(1, 'must be at least 1')
        .max(MAX_WORKERS, `must be at most ${MAX_WORKERS}`),
    ).optional(),
    {
      flag: '--workers <number>',
      env: 'CHATWS_BENCH_WORKERS',
      description: 'threads that make the load; all cores but one, unless given',
    },
  ),
  shard: option(Shard.optional(), {
    flag: '--shard <part>',
    env: 'CHATWS_BENCH_SHARD',
    description: 'plays one part of the users, 1/2 or 2/2 say: for several machines, then merge',
  }),
  ...reportOptions(REPORT_NAMES),
  baseline: option(output(), {
    flag: '--baseline <file>',
    env: 'CHATWS_BENCH_BASELINE',
    description: 'compare with an earlier result of the same scenario',
  }),
  maxRegression: option(
    z
      .string()
      .regex(/^\d+(\.\d+)?%?$/, 'must be a percentage, like 10%')
      .transform((text) => Number.parseFloat(text))
      .default(10),
    {
      flag: '--max-regression <percent>',
      env: 'CHATWS_BENCH_MAX_REGRESSION',
      description: 'how much worse than the baseline is accepted',
    },
  ),
})

/** What `chatws bench` can be told besides the scenario. */
export const BenchConfig = withoutContradictions(options, (config) => [
  ...findSharedOutputs(config),
  ...((config.shard?.count ?? 1) > 1 && config.url === undefined
    ? [
        {
          option: 'shard',
          message: 'needs --url: the parts of one load go to the same server, not each to its own',
          because: [],
        },
      ]
    : []),
])
export type BenchConfig = z.infer<typeof BenchConfig>

/** What `chatws bench merge` can be told besides the results: what is made of a result. */
export const MergeConfig = withoutContradictions(
  z.object({
    ...reportOptions(REPORT_NAMES.filter(isOfResult)),
    baseline: options.shape.baseline,
    maxRegression: options.shape.maxRegression,
  }),
  findSharedOutputs,
)
export type MergeConfig = z.infer<typeof MergeConfig>

/** Only one report can go to standard output. */
function findSharedOutputs(config: { readonly [Name in ReportName]?: unknown }): Contradiction[] {
  const [first, ...others] = REPORT_NAMES.filter((name) => config[name] === '-')
  return others.map((option) => ({
    option,
    message: 'only one report can go to standard output',
    because: [first!],
  }))
}

function isOfResult(name: ReportName): name is ResultReportName {
  return 'load' in REPORT_FORMATS[name]
}

/** A flag and a variable for each report. */
function reportOptions<Name extends ReportName>(names: readonly Name[]) {
  const options = names.map((name) => [
    name,
    option(output(), {
      flag: `--${name} <file>`,
      env: `CHATWS_BENCH_${name.toUpperCase()}`,
      description: REPORT_FORMATS[name].help,
    }),
  ])
  return Object.fromEntries(options) as Record<Name, ReturnType<typeof output>>
}
