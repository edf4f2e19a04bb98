import type { RawQueries } from './prisma-database.ts'

/** Runs a statement over JSON rows; without any there is nothing to ask. */
export async function query<Row>(
  tx: RawQueries,
  sql: string,
  rows: readonly object[],
  ...values: unknown[]
): Promise<Row[]> {
  if (rows.length === 0) return []
  return tx.$queryRawUnsafe<Row[]>(sql, JSON.stringify(rows), ...values)
}

/** The same for a statement that answers with nothing. */
export async function execute(
  tx: RawQueries,
  sql: string,
  rows: readonly object[],
  ...values: unknown[]
): Promise<void> {
  if (rows.length > 0) await tx.$executeRawUnsafe(sql, JSON.stringify(rows), ...values)
}
