import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DEFAULT_UPLOAD_TYPES } from '../../src/protocol/upload-types.ts'
import type { SecurityOptions } from '../../src/server/auth/security.ts'
import { ChatServer, type ChatServerOptions } from '../../src/server/chat-server.ts'
import { ServerLog } from '../../src/server/telemetry/server-log.ts'
import { UploadFolder } from '../../src/server/uploads/upload-folder.ts'
import { MemoryDatabase } from '../../src/storage/memory/database.ts'
import { openStore } from '../../src/storage/open-store.ts'
import { SqliteDatabase } from '../../src/storage/sqlite/database.ts'
import type { Store } from '../../src/storage/store.ts'

export interface TestServer {
  /** `ws://127.0.0.1:port` */
  readonly url: string
  readonly port: number
  readonly server: ChatServer
  readonly store: Store
  /** The SQLite file, where it was asked for. */
  readonly databasePath: string
  readonly uploadFolder: string
  /** The server log's lines so far. */
  readonly lines: string[]
  /** Stops the server, closes its store and deletes its files; a second call does nothing. */
  close(): Promise<void>
}

export interface TestServerOptions {
  /** Where the log is: in memory unless given, for tests that are not about storing it. */
  database?: 'memory' | 'sqlite'
  /** The store itself, which the server closes; instead of `database`. */
  store?: Store
  /** Who may read what; open unless given. */
  access?: 'open' | 'members'
  presence?: 'all' | 'shared' | 'off'
  contact?: 'all' | 'shared'
  /** Nothing is limited unless given. */
  security?: SecurityOptions
  /** Users who work the support desk. */
  agents?: readonly number[]
  /** Whether `lines` has the frames of all connections. */
  showsFrames?: boolean
  heartbeatMs?: number
  statsIntervalMs?: number
  drainTimeoutMs?: number
  headersTimeoutMs?: number
  /** 0 unless given: a failing store is told of at once. */
  storagePatienceMs?: number
  offlineGraceMs?: number
  onDrainRequest?: () => void
  /** Files are accepted with it, into a folder of their own. */
  uploads?: { maxBytes?: number; quotaBytes?: number; types?: readonly string[] }
  web?: ChatServerOptions['web']
  /** Fills the store before the server reads how far its log has come. */
  fillStore?: (store: Store) => Promise<void>
  /** Wraps the store that the server writes to. */
  wrapStore?: (store: Store) => Store
}

/** Starts a real server on a free port and a database of its own. */
export async function startServer(options: TestServerOptions = {}): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'chatws-test-'))
  const databasePath = join(folder, 'test.db')
  const isInMemory = options.database !== 'sqlite'
  const store =
    options.store ??
    (await openStore(isInMemory ? new MemoryDatabase() : new SqliteDatabase(databasePath)))
  await options.fillStore?.(store)
  const lines: string[] = []
  const uploadFolder = join(folder, 'uploads')
  const serverLog = new ServerLog({
    isEnabled: (level) => level === 'info' || level === 'error' || options.showsFrames === true,
    write: (_level, line) => void lines.push(line),
  })
  const server = await ChatServer.create({
    store: options.wrapStore?.(store) ?? store,
    serverLog,
    agents: options.agents ?? [],
    access: options.access ?? 'open',
    ...(options.presence ? { presence: options.presence } : {}),
    contact: options.contact ?? 'all',
    heartbeatMs: options.heartbeatMs ?? 30_000,
    statsIntervalMs: options.statsIntervalMs ?? 30_000,
    ...(options.security ? { security: options.security } : {}),
    ...(options.headersTimeoutMs === undefined
      ? {}
      : { headersTimeoutMs: options.headersTimeoutMs }),
    ...(options.drainTimeoutMs === undefined ? {} : { drainTimeoutMs: options.drainTimeoutMs }),
    storagePatienceMs: options.storagePatienceMs ?? 0,
    offlineGraceMs: options.offlineGraceMs ?? 0,
    ...(options.uploads
      ? {
          uploads: {
            folder: await UploadFolder.open(uploadFolder),
            records: store.uploads,
            maxBytes: options.uploads.maxBytes ?? 1024 * 1024,
            quotaBytes: options.uploads.quotaBytes ?? 0,
            types: options.uploads.types ?? DEFAULT_UPLOAD_TYPES,
          },
        }
      : {}),
    ...(options.web ? { web: options.web } : {}),
    ...(options.onDrainRequest ? { onDrainRequest: options.onDrainRequest } : {}),
  })
  const url = await server.listen('127.0.0.1', 0)
  let closed: Promise<void> | undefined
  const close = async () => {
    await server.close()
    await store.close()
    rmSync(folder, { recursive: true, force: true })
  }
  return {
    url,
    port: Number(new URL(url).port),
    server,
    store,
    databasePath,
    uploadFolder,
    lines,
    close: () => {
      closed ??= close()
      return closed
    },
  }
}
