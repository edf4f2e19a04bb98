import { vi } from 'vitest'
import { SqliteAdapterFactory } from '../../src/storage/sqlite/adapter.ts'

/** Counts what is read of SQLite databases that are opened from now on, by turns of the event loop. */
export class ReadCounter {
  /** The most that one turn has read so far. */
  mostRows = 0
  mostBytes = 0
  /** The statements that were run so far. */
  readonly statements = new Set<string>()
  #rows = 0
  #bytes = 0
  #isCounting = false
  readonly #spy

  constructor() {
    const { connect } = SqliteAdapterFactory.prototype
    const counter = this
    this.#spy = vi
      .spyOn(SqliteAdapterFactory.prototype, 'connect')
      .mockImplementation(async function (this: SqliteAdapterFactory) {
        const adapter = await connect.call(this)
        const { queryRaw, startTransaction } = adapter
        adapter.queryRaw = (query) => counter.#count(queryRaw.call(adapter, query), query.sql)
        adapter.startTransaction = async (isolation) => {
          const transaction = await startTransaction.call(adapter, isolation)
          const inside = transaction.queryRaw
          transaction.queryRaw = (query) =>
            counter.#count(inside.call(transaction, query), query.sql)
          return transaction
        }
        return adapter
      })
  }

  /** Forgets what was read so far. */
  reset(): void {
    this.mostRows = 0
    this.mostBytes = 0
    this.statements.clear()
  }

  restore(): void {
    this.#spy.mockRestore()
  }

  async #count<Result extends { rows: readonly (readonly unknown[])[] }>(
    result: Promise<Result>,
    sql: string,
  ): Promise<Result> {
    const { rows } = await result
    this.statements.add(sql)
    if (!this.#isCounting) setImmediate(() => this.#endTurn())
    this.#isCounting = true
    this.#rows += rows.length
    for (const value of rows.flat()) if (typeof value === 'string') this.#bytes += value.length
    this.mostRows = Math.max(this.mostRows, this.#rows)
    this.mostBytes = Math.max(this.mostBytes, this.#bytes)
    return result
  }

  #endTurn(): void {
    this.#isCounting = false
    this.#rows = 0
    this.#bytes = 0
  }
}
