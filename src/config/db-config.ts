import { z } from 'zod'
import { dataSection, resultOptions } from './db-data-config.ts'
import { duration } from './duration-option.ts'
import { option, yesOrNo } from './option.ts'
import { ServeConfig } from './serve-config.ts'

const HOUR_MS = 60 * 60 * 1000

const { databaseUrl } = ServeConfig.shape

/** What `chatws db migrate` can be told. */
export const DbConfig = z.object({ databaseUrl })
export type DbConfig = z.infer<typeof DbConfig>

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
export const DbSection = z.object({ ...dataSection, ...pruneOptions })
