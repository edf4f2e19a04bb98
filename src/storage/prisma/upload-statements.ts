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
  /** Name, time: notes again that a message names it, if one does. */
  readonly keepNamed: string
  /** Owner → bytes. */
  readonly sizeOf: string
  /** Names → names. */
  readonly findKnown: string
  /** Two times, limit. */
  readonly release: string
  /** `{name, owner_id}` rows, time. */
  readonly releaseNamed: string
}

/** In what the two dialects differ. */
interface Spelling {
  readonly parameter: (number: number) => string
  readonly time: (number: number) => string
  /** The names in the first parameter, one a row. */
  readonly names: string
  /** The names and owners in the first parameter, as a table named `n`. */
  readonly owned: string
}

/** Whether a message of its owner names the upload. */
const IS_NAMED = ['messages', 'support_messages']
  .map(
    (table) => `EXISTS (SELECT 1 FROM ${table} AS m WHERE m.sender_id = uploads.owner_id
        AND m.file_paths IS NOT NULL AND m.file_paths LIKE '%' || uploads.name || '%')`,
  )
  .join(' OR ')

function write({ parameter, time, names, owned }: Spelling): UploadStatements {
  return {
    add: `INSERT INTO uploads (name, owner_id, file_type, size_bytes, created_at)
      VALUES (${[1, 2, 3, 4].map(parameter).join(', ')}, ${time(5)})`,
    findOwn: `SELECT name, owner_id, file_type, size_bytes FROM uploads
      WHERE name IN (${names}) AND owner_id = ${parameter(2)}`,
    use: `UPDATE uploads SET used_at = ${time(2)} WHERE name IN (${names})`,
    findUnused: `SELECT name FROM uploads WHERE used_at IS NULL AND created_at < ${time(1)}
      ORDER BY created_at LIMIT ${parameter(2)}`,
    removeUnused: `DELETE FROM uploads
      WHERE name = ${parameter(1)} AND used_at IS NULL AND NOT (${IS_NAMED})`,
    keepNamed: `UPDATE uploads SET used_at = ${time(2)}
      WHERE name = ${parameter(1)} AND used_at IS NULL AND (${IS_NAMED})`,
    sizeOf: `SELECT COALESCE(SUM(size_bytes), 0) AS size_bytes FROM uploads
      WHERE owner_id = ${parameter(1)}`,
    findKnown: `SELECT name FROM uploads WHERE name IN (${names})`,
    release: `UPDATE uploads SET used_at = NULL WHERE name IN (SELECT o.name FROM uploads AS o
      WHERE o.used_at < ${time(1)} OR o.used_at > ${time(2)} LIMIT ${parameter(3)})`,
    releaseNamed: `UPDATE uploads SET used_at = NULL, created_at = ${time(2)} FROM ${owned}
      WHERE uploads.name = n.name AND uploads.owner_id = n.owner_id`,
  }
}

export const sqliteUploads: UploadStatements = write({
  parameter: (number) => `?${number}`,
  time: (number) => `?${number}`,
  names: 'SELECT value FROM json_each(?1)',
  owned: `(SELECT value ->> '$.name' AS name, value ->> '$.owner_id' AS owner_id
      FROM json_each(?1)) AS n`,
})

export const postgresqlUploads: UploadStatements = write({
  parameter: (number) => `$${number}`,
  time: (number) => `CAST($${number} AS timestamp(3))`,
  names: 'SELECT json_array_elements_text(CAST($1 AS json))',
  owned: 'json_to_recordset(CAST($1 AS json)) AS n(name text, owner_id bigint)',
})
