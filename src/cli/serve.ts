import { ServeConfig } from '../config/serve-config.ts'
import { ChatServer } from '../server/chat-server.ts'
import { ServerLog } from '../server/telemetry/server-log.ts'
import { UploadFolder } from '../server/uploads/upload-folder.ts'
import { parseDatabaseUrl } from '../storage/database-url.ts'
import { openStore } from '../storage/open-store.ts'
import type { Store } from '../storage/store.ts'
import { createSecurityOptions } from './create-security-options.ts'
import { defineOptions } from './define-options.ts'
import type { Host } from './host.ts'
import { LogOutput } from './log-output.ts'
import type { DefineCommand } from './main.ts'
import { usingOption } from './option-error.ts'
import { packageVersion } from './package-version.ts'
import { readWebOptions } from './read-web-options.ts'
import { runWithConfig } from './run-with-config.ts'
import { createServerLogSink } from './server-log-sink.ts'
import { StopSignals } from './stop-signals.ts'

const HELP = `
Examples:
  chatws serve
  chatws serve --port 0 --log-format json
  chatws serve --database-url /var/lib/chatws/chatws.db
  DATABASE_URL=postgresql://chat@127.0.0.1/chat chatws serve
  chatws serve --database-url memory:      for a trial: nothing is kept

SIGINT or SIGTERM stops it in order: what was accepted is stored and sent, and every
connection is closed with 4000 and a time to come back. A second signal ends it at once, and
--drain-timeout at the latest does. SIGHUP counts where a terminal is attached, and is ignored
where none is, as under nohup.

Exit codes: 0 stopped by a signal, 1 could not run or could not store what it had accepted,
2 wrong usage.`

/** `chatws serve`. */
export const defineServe: DefineCommand = (command, host) => {
  defineOptions(command, ServeConfig)
  command.addHelpText('after', HELP)
  return (flags: Record<string, unknown>) =>
    runWithConfig({ schema: ServeConfig, sections: ['serve'], flags, host }, (config) =>
      serve(config, host),
    )
}

async function serve(config: Readonly<ServeConfig>, host: Host): Promise<number> {
  const output = new LogOutput(1, host.stdout)
  const serverLog = new ServerLog(createServerLogSink(config.logFormat, config.logLevel, output))
  try {
    return await runServer(config, host, serverLog)
  } finally {
    if (!(await output.flush())) host.abandonOutput?.()
  }
}

/** Runs a server until it was stopped; returns the exit code. */
async function runServer(
  config: Readonly<ServeConfig>,
  host: Host,
  serverLog: ServerLog,
): Promise<number> {
  const database = usingOption('databaseUrl', () => parseDatabaseUrl(config.databaseUrl))
  const security = createSecurityOptions(config, serverLog)
  const web = readWebOptions(config)
  const uploadFolder = config.uploadFolder && (await UploadFolder.open(config.uploadFolder))
  const store = await openStore(database, config.durability)
  const drainRequest = new AbortController()
  try {
    const server = await ChatServer.create({
      store,
      serverLog,
      heartbeatMs: config.heartbeat * 1000,
      statsIntervalMs: config.statsInterval * 1000,
      offlineGraceMs: config.offlineGrace * 1000,
      agents: config.agents,
      access: config.access,
      ...(config.presence === undefined ? {} : { presence: config.presence }),
      contact: config.contact,
      chatsPerDay: config.chatsPerDay,
      retention: {
        chatMs: config.retention,
        supportMs: config.retentionSupport ?? config.retention,
      },
      drainTimeoutMs: config.drainTimeout * 1000,
      ...{ security, web },
      version: packageVersion(),
      onDrainRequest: () => drainRequest.abort(),
      ...(!uploadFolder
        ? {}
        : {
            uploads: {
              folder: uploadFolder,
              records: store.uploads,
              maxBytes: config.uploadMaxBytes,
              quotaBytes: config.uploadQuotaBytes,
              types: config.uploadTypes,
            },
          }),
    })
    if (!database.isDurable) serverLog.databaseIsVolatile(database.description)
    const url = await server.listen(config.host, config.port)
    const signals = new StopSignals(host, config.drainTimeout * 1000)
    drainRequest.signal.addEventListener('abort', () => signals.begin('request of an admin'))
    // Only now: whoever is told may send a signal at once.
    host.notifyParent({ event: 'listening', url })
    return await untilStopped(signals, { server, store, serverLog })
  } catch (error) {
    await store.close()
    throw error
  }
}

interface Running {
  readonly server: ChatServer
  readonly store: Store
  readonly serverLog: ServerLog
}

/** Resolves to the exit code after an orderly stop, or when it is not waited for any longer. */
function untilStopped(
  signals: StopSignals,
  { server, store, serverLog }: Running,
): Promise<number> {
  let isGone = false
  void store.gone?.then((reason) => {
    isGone = true
    serverLog.failure('The database is gone', reason)
    signals.begin('the database is gone')
  })
  const orderly = signals.begun.then(async (reason) => {
    serverLog.stopping(reason)
    const isStored = await server.close()
    // A database whose connection is half open may take for ever.
    await store.close()
    serverLog.stopped(isStored)
    return isStored && !isGone ? 0 : 1
  })
  const forced = signals.forced.then((reason) => {
    serverLog.forced(reason)
    return 1
  })
  return Promise.race([orderly, forced])
}
