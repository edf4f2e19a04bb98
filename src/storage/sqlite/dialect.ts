import type { Dialect } from '../prisma/dialect.ts'
import { sqliteUploads } from '../prisma/upload-statements.ts'

/** SQLite needs no lock of its own: a transaction that begins IMMEDIATE is the only writer. */
export const sqliteDialect: Dialect = {
  lockLog: 'SELECT last_offset FROM log WHERE id = 1',
  isSingleWriter: true,
  // Another value each time: a row that is written as it is stores nothing.
  touchLog: (sizeBytes) =>
    `UPDATE log SET origin = hex(randomblob(${Math.ceil(sizeBytes / 2)})) WHERE id = 1`,
  giveBackRoom: 'PRAGMA wal_checkpoint(TRUNCATE)',
  parameter: (number) => `?${number}`,
  rows: (columns) => {
    const values = Object.keys(columns).map((name) => `value ->> '$.${name}' AS "${name}"`)
    return `(SELECT key, ${values.join(', ')} FROM json_each(?1)) AS n`
  },
  ids: (number) => `SELECT value FROM json_each(?${number})`,
  jsonOf: (values) => `json_array(${values.join(', ')})`,
  jsonArrays: (expressions) => `json_group_array(json_array(${expressions.join(', ')}))`,
  greater: (a, b) => `max(${a}, ${b})`,
  lesser: (a, b) => `min(${a}, ${b})`,
  time: (number) => `?${number}`,
  uploads: sqliteUploads,
  // The form in which Prisma itself writes a DateTime.
  timestamp: (iso) => iso.replace('Z', '+00:00'),
}
