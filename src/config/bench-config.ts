import { z } from 'zod'
import { numeric, option } from './option.ts'

const MAX_WORKERS = 64

/** `i/n`: part i of n, from 1. */
const Shard = z
  .string()
  .regex(/^[1-9]\d{0,3}\/[1-9]\d{0,3}$/, 'must be like 1/3')
  .transform((text) => text.split('/').map(Number) as [number, number])
  .refine(([index, count]) => index <= count, 'must not exceed the number of shards')
  .transform(([index, count]) => ({ index: index - 1, count }))

const output = () => z.string().min(1, 'must name a file').optional()

/** What `chatws bench` can be told besides the scenario. */
export const BenchConfig = z.object({
  url: option(
    z
      .url({ protocol: /^wss?$/, error: 'must be a ws:// or wss:// URL' })
      .transform((url) => url.replace(/\/$/, ''))
      .optional(),
    {
      flag: '--url <url>',
      env: 'CHATWS_URL',
      description: 'a running server to test; without it, one is started on a temporary database',
    },
  ),
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
  json: option(output(), {
    flag: '--json <file>',
    env: 'CHATWS_BENCH_JSON',
    description: 'write the whole result to this file; - for standard output, as with all reports',
  }),
  ndjson: option(output(), {
    flag: '--ndjson <file>',
    env: 'CHATWS_BENCH_NDJSON',
    description: 'write a line for each second as it passes',
  }),
  junit: option(output(), {
    flag: '--junit <file>',
    env: 'CHATWS_BENCH_JUNIT',
    description: 'write thresholds, audit and verdict as JUnit XML',
  }),
  markdown: option(output(), {
    flag: '--markdown <file>',
    env: 'CHATWS_BENCH_MARKDOWN',
    description: 'write the report as Markdown; $GITHUB_STEP_SUMMARY gets it too, where set',
  }),
  html: option(output(), {
    flag: '--html <file>',
    env: 'CHATWS_BENCH_HTML',
    description: 'write the report as one HTML page with charts',
  }),
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
export type BenchConfig = z.infer<typeof BenchConfig>

/** What `chatws bench merge` can be told besides the results. */
export const MergeConfig = BenchConfig.pick({
  json: true,
  junit: true,
  markdown: true,
  html: true,
  baseline: true,
  maxRegression: true,
})
export type MergeConfig = z.infer<typeof MergeConfig>
