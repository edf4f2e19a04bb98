import { z } from 'zod'
import { option } from './option.ts'

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
  json: option(z.string().optional(), {
    flag: '--json <file>',
    env: 'CHATWS_BENCH_JSON',
    description: 'write the whole result to this file; - for standard output',
  }),
})
export type BenchConfig = z.infer<typeof BenchConfig>
