import { z } from 'zod'
import { option, yesOrNo } from './option.ts'
import { ServeConfig } from './serve-config.ts'

const UNITS_MS: Readonly<Record<string, number>> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/** A time span like `90d` (m, h, d or w), as milliseconds. */
function duration(minimumMs: number, minimum: string) {
  const message = 'must be like 12h, 90d or 52w'
  return z
    .string({ error: ({ input }) => (input === undefined ? 'is required' : message) })
    .regex(/^\d{1,9}[mhdw]$/, message)
    .transform((text) => Number(text.slice(0, -1)) * UNITS_MS[text.at(-1)!]!)
    .refine((spanMs) => spanMs >= minimumMs, `must be ${minimum} at least`)
    .refine((spanMs) => spanMs <= CENTURY_MS, 'must be a hundred years at most')
}

const CENTURY_MS = 36_525 * UNITS_MS.d!

const HOUR_MS = 60 * 60 * 1000

const { databaseUrl } = ServeConfig.shape

/** What `chatws db migrate` can be told. */
export const DbConfig = z.object({ databaseUrl })
export type DbConfig = z.infer<typeof DbConfig>

/** How the result is told. */
const resultOptions = {
  json: option(yesOrNo().default(false), {
    flag: '--json',
    env: 'CHATWS_DB_JSON',
    description: 'print it as JSON',
  }),
}

/** What only `chatws db prune` can be told. */
const pruneOptions = {
  olderThan: option(duration(HOUR_MS, 'an hour'), {
    flag: '--older-than <span>',
    env: 'CHATWS_PRUNE_OLDER_THAN',
    description: 'age of what is deleted, like 90d (m, h, d, w; required)',
  }),
  dryRun: option(yesOrNo().default(false), {
    flag: '--dry-run',
    env: 'CHATWS_PRUNE_DRY_RUN',
    description: 'only say what would be deleted',
  }),
}

/** What `chatws db status`, `backup` and `restore` can be told. */
export const DbResultConfig = z.object({ databaseUrl, ...resultOptions })
export type DbResultConfig = z.infer<typeof DbResultConfig>

/** What `chatws db prune` can be told. */
export const DbPruneConfig = z.object({ databaseUrl, ...pruneOptions })
export type DbPruneConfig = z.infer<typeof DbPruneConfig>

/** What may stand in the section `db` of a configuration file. */
export const DbSection = z.object({ ...resultOptions, ...pruneOptions })
