/** The statements about uploaded files in one SQL dialect. Names come as one JSON array. */
export interface UploadStatements {
  /** Name, owner, type, size, time. */
  readonly add: string
  /** Names, owner → rows. */
  readonly findOwn: string
  /** Names, time. */
  readonly use: string
  /** Time, limit → names, the oldest first. */
  readonly findUnused: string
  /** Name. */
  readonly removeUnused: string
  /** Names → names. */
  readonly findKnown: string
  /** Time. */
  readonly release: string
}

/** In what the two dialects differ. */
interface Spelling {
  readonly parameter: (number: number) => string
  readonly time: (number: number) => string
  /** The names in the first parameter, one a row. */
  readonly names: string
}

function write({ parameter, time, names }: Spelling): UploadStatements {
  return {
    add: `INSERT INTO uploads (name, owner_id, file_type, size_bytes, created_at)
      VALUES (${[1, 2, 3, 4].map(parameter).join(', ')}, ${time(5)})`,
    findOwn: `SELECT name, owner_id, file_type, size_bytes FROM uploads
      WHERE name IN (${names}) AND owner_id = ${parameter(2)}`,
    use: `UPDATE uploads SET used_at = ${time(2)} WHERE name IN (${names})`,
    findUnused: `SELECT name FROM uploads WHERE used_at IS NULL AND created_at < ${time(1)}
      ORDER BY created_at LIMIT ${parameter(2)}`,
    removeUnused: `DELETE FROM uploads WHERE name = ${parameter(1)} AND used_at IS NULL`,
    findKnown: `SELECT name FROM uploads WHERE name IN (${names})`,
    release: `UPDATE uploads SET used_at = NULL WHERE used_at < ${time(1)}`,
  }
}

export const sqliteUploads: UploadStatements = write({
  parameter: (number) => `?${number}`,
  time: (number) => `?${number}`,
  names: 'SELECT value FROM json_each(?1)',
})

export const postgresqlUploads: UploadStatements = write({
  parameter: (number) => `$${number}`,
  time: (number) => `CAST($${number} AS timestamp(3))`,
  names: 'SELECT json_array_elements_text(CAST($1 AS json))',
})
