import type { Command } from 'commander'
import type { z } from 'zod'
import { DbConfig, DbPruneConfig, DbResultConfig } from '../config/db-config.ts'
import { describeBytes } from './byte-size.ts'
import { type DefineSubcommand, defineDbData } from './db-data.ts'
import { describeStatus } from './db-status.ts'
import { defineOptions } from './define-options.ts'
import { durable } from './durable-database.ts'
import type { Host } from './host.ts'
import type { DefineCommand, Run } from './main.ts'
import { runWithConfig } from './run-with-config.ts'

const HELP = `
Examples:
  chatws db status --json
  chatws db backup /backups/chatws-$(date +%F).db
  chatws db restore /backups/chatws-2025-01-31.db
  chatws db prune --older-than 365d --dry-run
  chatws db export --user 7 --out user-7.ndjson
  chatws db erase --user 7
  chatws db audit --user 7
  chatws db access --members-from-history

The server may run meanwhile, but for restore. Exit codes: 0 done, 1 could not be done, 2 wrong usage.`

const RESTORE_HELP = `
Examples:
  systemctl stop chatws
  chatws db restore /backups/chatws-2025-01-31.db --database-url /var/lib/chatws/chatws.db
  systemctl start chatws

The database that is there is replaced; back it up first if it may be needed. Nothing is changed
while a server has it open, or where the backup is damaged or of a newer chatws. Clients begin a
new history: they do not go on from offsets that the backup does not have.`

/** `chatws db`. */
export const defineDb: DefineCommand = (command, host) => {
  command.addHelpText('after', HELP)
  const define: DefineSubcommand = <S extends z.ZodObject>(
    schema: S,
    subcommand: Command,
    run: (config: Readonly<z.infer<S>>, argument: string) => Promise<number>,
  ): [Command, Run] => {
    defineOptions(subcommand, schema)
    subcommand.addHelpText('after', '\nExit codes: 0 done, 1 could not be done, 2 wrong usage.')
    const withFlags = (flags: Record<string, unknown>, argument = '') =>
      runWithConfig({ schema, sections: ['db', 'serve'], flags, host }, (config) =>
        run(config, argument),
      )
    const hasArgument = subcommand.registeredArguments.length > 0
    return [
      subcommand,
      hasArgument
        ? (argument: string, flags: Record<string, unknown>) => withFlags(flags, argument)
        : withFlags,
    ]
  }
  const sub = (name: string, summary: string) => command.command(name).description(summary)
  return new Map([
    define(
      DbResultConfig,
      sub('status', 'what the database holds, and whether it is up to date'),
      (config) => status(config, host),
    ),
    define(
      DbConfig,
      sub('migrate', 'bring the database up to date, as the server does when it starts'),
      (config) => migrate(config, host),
    ),
    define(
      DbResultConfig,
      sub('backup', 'copy an SQLite database as it is at one moment').argument(
        '<file>',
        'the copy',
      ),
      (config, file) => backup(config, file, host),
    ),
    define(
      DbResultConfig,
      sub('restore', 'put a backup in the place of an SQLite database')
        .argument('<backup>', 'the copy that "chatws db backup" made; it stays as it is')
        .addHelpText('after', RESTORE_HELP),
      (config, file) => restore(config, file, host),
    ),
    define(
      DbPruneConfig,
      sub('prune', 'delete the messages that are older than a given age'),
      (config) => prune(config, host),
    ),
    ...defineDbData(define, sub, host),
  ])
}

async function status(config: Readonly<DbResultConfig>, host: Host): Promise<number> {
  const database = durable(config)
  const found = await database.readStatus()
  host.stdout.write(
    config.json
      ? `${JSON.stringify({ database: database.description, ...found }, null, 2)}\n`
      : describeStatus(database, found),
  )
  return found.problem === undefined ? 0 : 1
}

async function migrate(config: Readonly<DbConfig>, host: Host): Promise<number> {
  const { migrateDatabase } = await import('../storage/open-store.ts')
  const names = await migrateDatabase(durable(config))
  for (const name of names) host.stdout.write(`applied ${name}\n`)
  if (names.length === 0) host.stdout.write('The database is up to date\n')
  return 0
}

async function backup(config: Readonly<DbResultConfig>, file: string, host: Host): Promise<number> {
  const database = durable(config)
  const { sizeBytes, lastOffset } = await database.backup(file, () =>
    host.stderr.write(`Copying ${database.description} …\n`),
  )
  host.stdout.write(
    config.json
      ? `${JSON.stringify({ file, sizeBytes, lastOffset })}\n`
      : `${file}: ${describeBytes(sizeBytes)}, messages up to offset ${lastOffset}\n`,
  )
  return 0
}

async function restore(
  config: Readonly<DbResultConfig>,
  file: string,
  host: Host,
): Promise<number> {
  const database = durable(config)
  const { sizeBytes, lastOffset, epoch } = await database.restore(file, () =>
    host.stderr.write(`Reading ${file} …\n`),
  )
  const where = database.description
  host.stdout.write(
    config.json
      ? `${JSON.stringify({ database: where, backup: file, sizeBytes, lastOffset, epoch })}\n`
      : `${where}: ${describeBytes(sizeBytes)}, messages up to offset ${lastOffset}, in the new epoch ${epoch}\n`,
  )
  return 0
}

async function prune(config: Readonly<DbPruneConfig>, host: Host): Promise<number> {
  const { openStore } = await import('../storage/open-store.ts')
  const before = new Date(Date.now() - config.olderThan)
  const database = durable(config)
  // To open one makes it.
  if (!(await database.readStatus()).exists) {
    host.stdout.write(`There is no database ${database.description}: nothing is to be deleted\n`)
    return 0
  }
  const store = await openStore(database)
  try {
    const { messages, lastOffset, uploads } = await store.prune({
      before,
      isDryRun: config.dryRun,
      onProgress: (count) => {
        if (host.stderr.isTTY) host.stderr.write(`\r${count} messages …`)
      },
    })
    if (host.stderr.isTTY) host.stderr.write('\r\x1b[K')
    const verb = config.dryRun ? 'would be deleted' : 'deleted'
    host.stdout.write(
      messages === 0
        ? `No message is older than ${before.toISOString()}\n`
        : `${messages} messages ${verb}, up to offset ${lastOffset}, stored before ${before.toISOString()}\n`,
    )
    if (uploads)
      host.stdout.write(
        `${uploads} uploads belong to none any more; the server will collect them\n`,
      )
    return 0
  } finally {
    await store.close()
  }
}
