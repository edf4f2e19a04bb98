import type { ColumnType, Dialect } from '../prisma/dialect.ts'
import { postgresqlUploads } from '../prisma/upload-statements.ts'

const TYPES: Readonly<Record<ColumnType, string>> = {
  bigint: 'bigint',
  text: 'text',
  boolean: 'boolean',
  timestamp: 'timestamp(3)',
}

/**
 * On PostgreSQL the log's row is locked until commit, so that several servers write one after the
 * other; the lock is a statement of its own because only the next one sees what was committed
 * while it waited.
 */
export const postgresqlDialect: Dialect = {
  lockLog: 'SELECT last_offset FROM log WHERE id = 1 FOR UPDATE',
  isSingleWriter: false,
  touchLog: () => 'UPDATE log SET epoch = epoch WHERE id = 1',
  parameter: (number) => `$${number}`,
  rows: (columns) => {
    const typed = Object.entries(columns).map(([name, type]) => `"${name}" ${TYPES[type]}`)
    return `ROWS FROM (json_to_recordset(CAST($1 AS json)) AS (${typed.join(', ')}))
      WITH ORDINALITY AS n(${[...Object.keys(columns), 'key'].map((name) => `"${name}"`).join(', ')})`
  },
  ids: (number) => `SELECT CAST(json_array_elements_text(CAST($${number} AS json)) AS bigint)`,
  jsonOf: (values) => `CAST(json_build_array(${values.join(', ')}) AS text)`,
  jsonArrays: (expressions) =>
    `CAST(json_agg(json_build_array(${expressions.join(', ')})) AS text)`,
  greater: (a, b) => `GREATEST(${a}, ${b})`,
  lesser: (a, b) => `LEAST(${a}, ${b})`,
  time: (number) => `CAST($${number} AS timestamp(3))`,
  uploads: postgresqlUploads,
  timestamp: (iso) => iso,
}
