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
      return `${row.length <= COLUMNS ? row : fill(name, value, origin)}\n`
    })
    .join('')
}

/** A row in as many lines as it takes, broken in a list and between words; a path stays whole. */
function fill(name: string, value: string, origin: string): string {
  const [first, ...words] = origin.split(' ')
  const pieces = [
    ...value.split(/(?<=,)/).map((text, index) => ({ text, glue: index === 0 ? GAP : '' })),
    ...[{ text: first!, glue: GAP }, ...words.map((text) => ({ text, glue: ' ' }))],
  ]
  const lines = [name]
  for (const { text, glue } of pieces) {
    const longer = `${lines.at(-1)}${glue}${text}`
    if (longer.length <= COLUMNS) lines[lines.length - 1] = longer
    else lines.push(`${GAP}${text}`)
  }
  return lines.join('\n')
}

function describeValue(value: unknown, isSecret: boolean): string {
  if (value === undefined) return '-'
  if (isSecret) return '(secret)'
  return escapeUnsafe(JSON.stringify(typeof value === 'string' ? hidePassword(value) : value))
}
