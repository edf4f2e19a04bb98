/** A connection that leaves the database as it finds it: nothing is created, set or migrated. */
export interface RawConnection {
  /** Runs one statement; rows by column name. */
  query(sql: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>
  close(): Promise<void>
}
