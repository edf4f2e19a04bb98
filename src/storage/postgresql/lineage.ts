import type { Lineage } from '../prisma/lineage.ts'
import type { RawQueries } from '../prisma/prisma-database.ts'

/**
 * Names where a database is: the cluster, its timeline, the database and the table. A dump that
 * is restored gets another table, a copied cluster or one restored to a point in time another
 * timeline.
 */
const ORIGIN = `SELECT concat_ws('/',
  (SELECT system_identifier FROM pg_control_system()),
  (SELECT timeline_id FROM pg_control_checkpoint()),
  (SELECT oid FROM pg_database WHERE datname = current_database()),
  CAST('log' AS regclass)::oid) AS origin`

/** The lineage of a PostgreSQL database: where it was when it was last opened. */
export class PostgresqlLineage implements Lineage {
  readonly #database: RawQueries

  constructor(database: RawQueries) {
    this.#database = database
  }

  async isContinued(): Promise<boolean> {
    const [row] =
      await this.#database.$queryRawUnsafe<{ origin: string | null }[]>('SELECT origin FROM log')
    return row!.origin === null || row!.origin === (await this.#origin())
  }

  async note(): Promise<void> {
    await this.#database.$executeRawUnsafe('UPDATE log SET origin = $1', await this.#origin())
  }

  advance(): void {}

  async #origin(): Promise<string> {
    const [row] = await this.#database.$queryRawUnsafe<{ origin: string }[]>(ORIGIN)
    return row!.origin
  }
}
