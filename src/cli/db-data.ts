import type { Command } from 'commander'
import type { z } from 'zod'
import {
  DbAccessConfig,
  DbAuditConfig,
  DbEraseConfig,
  DbExportConfig,
} from '../config/db-data-config.ts'
import { ChatwsError } from '../protocol/error.ts'
import type { DurableStore } from '../storage/database.ts'
import { openStore } from '../storage/open-store.ts'
import { proposeMembers } from './db-access.ts'
import { listActs } from './db-audit.ts'
import { eraseUser } from './db-erase.ts'
import { exportUser } from './db-export.ts'
import { durable } from './durable-database.ts'
import type { Host } from './host.ts'
import type { Run } from './main.ts'

/** Gives a subcommand of `chatws db` its flags, and what runs it. */
export type DefineSubcommand = <S extends z.ZodObject>(
  schema: S,
  subcommand: Command,
  run: (config: Readonly<z.infer<S>>, argument: string) => Promise<number>,
) => [Command, Run]

const EXPORT_HELP = `
Examples:
  chatws db export --user 7 > user-7.ndjson
  chatws db export --user 7 --out user-7.ndjson --files user-7-files --upload-folder uploads
  chatws db export --user 7 --out user-7.ndjson          goes on where it was interrupted
  chatws db export --user 7 --after messages/1200

A line for each thing that is kept: profile, memberships, messages (with chat and offset), edits,
deletions, reactions and reports, receipts, settings, blocks, bans, what admins did to the user,
uploads. The last line says "end".`

const ERASE_HELP = `
Examples:
  chatws db erase --user 7                               says what there is
  chatws db erase --user 7 --yes
  chatws db erase --user 7 --yes --upload-folder uploads removes files at once

Messages stay as deleted ones without any content, so that the order of all others stays. Chats that only
the user owns pass to the oldest moderator, or member. Bans and what admins did stay. What was
interrupted is done by the same command again. Servers may run meanwhile; kick the user first.`

const AUDIT_HELP = `
Examples:
  chatws db audit
  chatws db audit --user 7 --limit 200 --json
  chatws db audit --before 1000                          older ones`

const ACCESS_HELP = `
Examples:
  chatws db access --members-from-history                lists what it would make
  chatws db access --members-from-history --apply
  chatws serve --access members

Chats in which somebody wrote become private ones whose history all members read: whoever wrote first
owns it, others who wrote are members. Chats that have members already stay as they are. A server that
runs with --access members has to be started again. With --json, each chat is a line, and the last
line is the sum.`

/** The subcommands about what is kept of single users, and who did what to them. */
export function defineDbData(
  define: DefineSubcommand,
  sub: (name: string, summary: string) => Command,
  host: Host,
): [Command, Run][] {
  return [
    define(
      DbExportConfig,
      sub('export', 'write down all that is kept of a user').addHelpText('after', EXPORT_HELP),
      (config) => withStore(config, (store) => exportUser(config, host, store)),
    ),
    define(
      DbEraseConfig,
      sub('erase', 'erase what is kept of a user').addHelpText('after', ERASE_HELP),
      (config) => withStore(config, (store) => eraseUser(config, host, store)),
    ),
    define(
      DbAuditConfig,
      sub('audit', 'what admins and moderators did, the newest first').addHelpText(
        'after',
        AUDIT_HELP,
      ),
      (config) => withStore(config, (store) => listActs(config, host, store)),
    ),
    define(
      DbAccessConfig,
      sub('access', 'give chats of an open server their members').addHelpText('after', ACCESS_HELP),
      (config) => withStore(config, (store) => proposeMembers(config, host, store)),
    ),
  ]
}

async function withStore(
  config: { readonly databaseUrl: string },
  work: (store: DurableStore) => Promise<number>,
): Promise<number> {
  const database = durable(config)
  // To open one makes it.
  if (!(await database.readStatus()).exists)
    throw new ChatwsError('DATABASE_UNAVAILABLE', `There is no database ${database.description}`)
  const store = await openStore(database)
  try {
    return await work(store)
  } finally {
    await store.close()
  }
}
