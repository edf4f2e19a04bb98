import { PrismaLibSql } from '@prisma/adapter-libsql'
import type { SqlDriverAdapter, SqlQuery, Transaction } from '@prisma/driver-adapter-utils'
import type { Durability } from '../database.ts'
import { isBusy } from '../prisma/prisma-database.ts'
import { sqliteFileUrl } from './raw-connection.ts'

type Client = ReturnType<PrismaLibSql['createClient']>

/**
 * How long a statement waits for another process's lock. The wait blocks the event loop, so it is
 * short and the caller tries again.
 */
const BUSY_TIMEOUT_MS = 50

/** What the write-ahead log is cut to once it has been written back, if a long read made it grow. */
const WAL_LIMIT_BYTES = 16 * 1024 * 1024

/**
 * Prisma's libsql adapter held to one connection. The stock adapter opens another one after every
 * transaction, which forgets the PRAGMAs and leaks descriptors, and after SQLITE_BUSY it loses
 * writes that it acknowledges (https://github.com/prisma/orm/issues/30028).
 */
export class SqliteAdapterFactory extends PrismaLibSql {
  readonly #pragmas: string
  #client: Client | undefined

  constructor(path: string, durability: Durability) {
    super({ url: sqliteFileUrl(path) })
    // The time-out comes first: changing the journal mode may already have to wait.
    this.#pragmas = `PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS};
PRAGMA journal_mode = WAL;
PRAGMA journal_size_limit = ${WAL_LIMIT_BYTES};
PRAGMA synchronous = ${durability === 'full' ? 'FULL' : 'NORMAL'};
PRAGMA foreign_keys = ON;`
  }

  override createClient(config: Parameters<PrismaLibSql['createClient']>[0]): Client {
    this.#client = super.createClient(config)
    return this.#client
  }

  override async connect(): Promise<SqlDriverAdapter> {
    const adapter = await super.connect()
    try {
      await adapter.executeScript(this.#pragmas)
    } catch (error) {
      await adapter.dispose()
      throw error
    }
    return new SingleConnection(adapter, this.#client!, this.#pragmas)
  }
}

/** One connection whose callers take turns: a transaction has it alone from begin to end. */
class SingleConnection implements SqlDriverAdapter {
  readonly provider = 'sqlite'
  readonly adapterName: string
  readonly #adapter: SqlDriverAdapter
  readonly #client: Client
  readonly #pragmas: string
  /** Settles when the last caller in line is done. */
  #lastTurn: Promise<void> = Promise.resolve()

  constructor(adapter: SqlDriverAdapter, client: Client, pragmas: string) {
    this.#adapter = adapter
    this.#client = client
    this.#pragmas = pragmas
    this.adapterName = adapter.adapterName
  }

  queryRaw(query: SqlQuery) {
    // A statement that stores rows and answers with them is a transaction of its own.
    const needsLock = /^\s*INSERT/i.test(query.sql)
    return this.#inTurn(() => this.#adapter.queryRaw(query), needsLock)
  }

  executeRaw(query: SqlQuery) {
    return this.#inTurn(() => this.#adapter.executeRaw(query))
  }

  executeScript(script: string) {
    return this.#inTurn(() => this.#adapter.executeScript(script))
  }

  async startTransaction(): Promise<Transaction> {
    const endTurn = await this.#takeTurn()
    const run = (sql: string) =>
      this.#mended(() => this.#adapter.executeRaw({ sql, args: [], argTypes: [] }))
    try {
      await this.#awaitLock()
      await run('BEGIN IMMEDIATE')
    } catch (error) {
      endTurn()
      throw error
    }
    return {
      provider: this.provider,
      adapterName: this.adapterName,
      options: { usePhantomQuery: true },
      queryRaw: (query) => this.#mended(() => this.#adapter.queryRaw(query)),
      executeRaw: (query) => this.#mended(() => this.#adapter.executeRaw(query)),
      commit: () => run('COMMIT').then(noop).finally(endTurn),
      // SQLite has already rolled back by itself after some errors, and a second time fails.
      rollback: () => run('ROLLBACK').then(noop, noop).finally(endTurn),
    }
  }

  /**
   * Closes the database so that its file alone is all of it. libsql's own closing would come with
   * the next garbage collection, and so never where the process ends: the write-ahead log is
   * therefore ended here. Where others have the file open, all that is in the log is at least
   * written to the file.
   */
  async dispose() {
    const endTurn = await this.#takeTurn()
    try {
      await this.#adapter.executeScript('PRAGMA journal_mode = DELETE').catch(() =>
        // A database that is damaged or away cannot be helped by closing it.
        this.#adapter.executeScript('PRAGMA wal_checkpoint(TRUNCATE)').catch(noop),
      )
      await this.#adapter.dispose()
    } finally {
      endTurn()
    }
  }

  /**
   * Waits for the write lock. Another process's is best met by a script: a prepared statement that
   * meets it spoils the connection, and replacing that leaks its descriptors
   * (https://github.com/tursodatabase/libsql-js/issues/230).
   */
  #awaitLock(): Promise<void> {
    return this.#adapter.executeScript('BEGIN IMMEDIATE; ROLLBACK')
  }

  async #inTurn<T>(work: () => Promise<T>, needsLock = false): Promise<T> {
    const endTurn = await this.#takeTurn()
    try {
      if (needsLock) await this.#awaitLock()
      return await this.#mended(work)
    } finally {
      endTurn()
    }
  }

  async #takeTurn(): Promise<() => void> {
    const previous = this.#lastTurn
    let endTurn = noop
    this.#lastTurn = new Promise((resolve) => {
      endTurn = resolve
    })
    await previous
    return endTurn
  }

  /** Runs `work`; after SQLITE_BUSY the connection is replaced, because it may be lost. */
  async #mended<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (isBusy(error)) {
        await this.#client.reconnect()
        await this.#adapter.executeScript(this.#pragmas)
      }
      throw error
    }
  }
}

function noop(): void {}
