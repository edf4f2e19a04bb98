import { z } from 'zod'
import { id } from './id-option.ts'
import { numeric, option, yesOrNo } from './option.ts'
import { ServeConfig } from './serve-config.ts'

const { databaseUrl, uploadFolder } = ServeConfig.shape

const DEFAULT_ACTS = 50

/** How the result is told. */
export const resultOptions = {
  json: option(yesOrNo().default(false), {
    flag: '--json',
    env: 'CHATWS_DB_JSON',
    description: 'print it as JSON',
  }),
}

const whose = {
  user: option(id(), {
    flag: '--user <id>',
    description: 'the user whose data it is (required)',
  }),
}

/** What only `chatws db export` can be told. */
const exportOptions = {
  out: option(z.string().min(1, 'must name a file').optional(), {
    flag: '--out <file>',
    env: 'CHATWS_EXPORT_OUT',
    description: 'file to write; one that is there is continued (default: stdout)',
  }),
  files: option(z.string().min(1, 'must name a folder').optional(), {
    flag: '--files <folder>',
    env: 'CHATWS_EXPORT_FILES',
    description: "folder to copy the user's uploaded files to, from --upload-folder",
  }),
  after: option(z.string().min(1, 'must be the "at" of a line').optional(), {
    flag: '--after <place>',
    description: 'go on behind the line whose "at" this is',
  }),
}

/** What only `chatws db erase` can be told. */
const eraseOptions = {
  yes: option(yesOrNo().default(false), {
    flag: '--yes',
    description: 'erase it; without, only say what there is',
  }),
}

/** What only `chatws db audit` can be told. */
const auditOptions = {
  limit: option(
    numeric(
      z.int('must be a whole number').min(1, 'must be at least 1').max(10_000, 'is too much'),
    ).default(DEFAULT_ACTS),
    {
      flag: '--limit <number>',
      env: 'CHATWS_AUDIT_LIMIT',
      description: 'acts that are listed at most',
    },
  ),
  before: option(id().optional(), {
    flag: '--before <id>',
    description: 'only acts older than the one with this number',
  }),
}

/** What only `chatws db access` can be told. */
const accessOptions = {
  membersFromHistory: option(yesOrNo().default(false), {
    flag: '--members-from-history',
    description: 'propose the chats and members of an open server, by who wrote where',
  }),
  apply: option(yesOrNo().default(false), {
    flag: '--apply',
    description: 'make them; without, only list them',
  }),
}

export const DbExportConfig = z.object({
  ...{ databaseUrl, uploadFolder },
  ...{ ...whose, ...exportOptions, ...resultOptions },
})
export type DbExportConfig = z.infer<typeof DbExportConfig>

export const DbEraseConfig = z.object({
  ...{ databaseUrl, uploadFolder },
  ...{ ...whose, ...eraseOptions, ...resultOptions },
})
export type DbEraseConfig = z.infer<typeof DbEraseConfig>

export const DbAuditConfig = z.object({
  databaseUrl,
  user: option(id().optional(), {
    flag: '--user <id>',
    description: 'only what was done to this user',
  }),
  ...{ ...auditOptions, ...resultOptions },
})
export type DbAuditConfig = z.infer<typeof DbAuditConfig>

export const DbAccessConfig = z.object({ databaseUrl, ...accessOptions, ...resultOptions })
export type DbAccessConfig = z.infer<typeof DbAccessConfig>

/** What of it may stand in a configuration file: nothing that names a user, or deletes. */
export const dataSection = { ...resultOptions, limit: auditOptions.limit }
