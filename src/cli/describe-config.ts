import type { z } from 'zod'
import type { ConfigSources } from '../config/config-sources.ts'
import { gatherOptions } from '../config/resolve-config.ts'
import { escapeUnsafe } from '../protocol/escape-unsafe.ts'
import { hidePassword } from '../protocol/hide-password.ts'

const COLUMNS = 80

/** Between the parts of a row, and before what of it stands on lines of their own. */
const GAP = '  '

/** A row for each option: its name, its value, and where that is from. */
export function describeConfig(
  schema: z.ZodObject,
  sources: ConfigSources,
  config: Readonly<Record<string, unknown>>,
): string {
  const rows = gatherOptions(schema, sources).map(
    ({ name, origin, isSecret }) =>
      [name, describeValue(config[name], isSecret), escapeUnsafe(origin)] as const,
  )
  const nameWidth = Math.max(...rows.map(([name]) => name.length))
  const room = COLUMNS - nameWidth - 2 * GAP.length - 'default'.length
  const values = rows.map(([, value]) => value.length).filter((length) => length <= room)
  const valueWidth = Math.max(0, ...values)
  return rows
    .map(([name, value, origin]) => {
      const row = [name.padEnd(nameWidth), value.padEnd(valueWidth), origin].join(GAP)
      const tight = [name, value, origin].join(GAP)
      if (row.length <= COLUMNS) return `${row}\n`
      // Paths are long; what cannot be broken stays whole.
      if (tight.length <= COLUMNS) return `${tight}\n`
      return [name, ...breakList(value), origin]
        .map((part, index) => (index ? GAP : '') + part)
        .join('\n')
        .concat('\n')
    })
    .join('')
}

/** A value in lines, broken behind the commas of a list. */
function breakList(value: string): string[] {
  const lines: string[] = []
  for (const part of value.split(/(?<=,)/)) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + part.length <= COLUMNS - GAP.length)
      lines[lines.length - 1] = last + part
    else lines.push(part)
  }
  return lines
}

function describeValue(value: unknown, isSecret: boolean): string {
  if (value === undefined) return '-'
  if (isSecret) return '(secret)'
  return escapeUnsafe(JSON.stringify(typeof value === 'string' ? hidePassword(value) : value))
}
