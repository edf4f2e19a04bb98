import { ServeConfig } from '../config/serve-config.ts'
import { ChatServer } from '../server/chat-server.ts'
import { ServerLog } from '../server/telemetry/server-log.ts'
import { UploadFolder } from '../server/uploads/upload-folder.ts'
import { parseDatabaseUrl } from '../storage/database-url.ts'
import { openStore } from '../storage/open-store.ts'
import { createSecurityOptions } from './create-security-options.ts'
import { defineOptions } from './define-options.ts'
import type { Host } from './host.ts'
import type { DefineCommand } from './main.ts'
import { packageVersion } from './package-version.ts'
import { runWithConfig } from './run-with-config.ts'
import { createServerLogSink } from './server-log-sink.ts'

const HELP = `
Examples:
  chatws serve
  chatws serve --port 0 --log-format json
  chatws serve --database-url /var/lib/chatws/chatws.db
  DATABASE_URL=postgresql://chat@127.0.0.1/chat chatws serve
  chatws serve --database-url memory:      for a trial: nothing is kept

SIGINT or SIGTERM stops it in order: what was accepted is stored and sent, and every
connection is closed with 4000 and a time to come back. A second signal ends it at once.

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
  const database = parseDatabaseUrl(config.databaseUrl)
  const serverLog = new ServerLog(createServerLogSink(config.logFormat, config.logLevel, 1))
  const security = createSecurityOptions(config, serverLog)
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
      drainTimeoutMs: config.drainTimeout * 1000,
      security,
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
    const stopped = untilStopped(server, serverLog, host, drainRequest.signal)
    const gone = store.gone?.then((reason) => stopGone(server, serverLog, reason))
    // Only now: whoever is told may send a signal at once.
    host.notifyParent({ event: 'listening', url })
    return await (gone ? Promise.race([stopped, gone]) : stopped)
  } finally {
    await store.close()
  }
}

/** Sends everybody away, because nothing can be stored any more; the exit code tells. */
async function stopGone(server: ChatServer, serverLog: ServerLog, reason: Error): Promise<number> {
  serverLog.failure('The database is gone', reason)
  await server.close()
  return 1
}

/**
 * Resolves to the exit code after the orderly stop that the first signal or an admin's request
 * begins, or at once on a signal that comes during it.
 */
function untilStopped(
  server: ChatServer,
  serverLog: ServerLog,
  host: Host,
  drainRequest: AbortSignal,
): Promise<number> {
  return new Promise((resolve, reject) => {
    let isStopping = false
    const stop = (reason: string) => {
      if (isStopping) return
      isStopping = true
      serverLog.stopping(reason)
      server.close().then((isStored) => resolve(isStored ? 0 : 1), reject)
    }
    host.onSignal((signal) => (isStopping ? resolve(1) : stop(signal)))
    drainRequest.addEventListener('abort', () => stop('request of an admin'))
  })
}
