import type { z } from 'zod'
import { ChatwsError } from '../protocol/error.ts'
import { describeOptions } from './option.ts'

/** What a command was given, by option name and by variable name. */
export interface ConfigSources {
  readonly flags: Readonly<Record<string, unknown>>
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * The frozen configuration of a command: flags over environment over the schema's defaults.
 * Throws USAGE that names every problem at once and where each value came from.
 */
export function resolveConfig<S extends z.ZodObject>(
  schema: S,
  sources: ConfigSources,
): Readonly<z.infer<S>> {
  const values: Record<string, unknown> = {}
  const origins: Record<string, string> = {}
  const secrets = new Set<string>()
  for (const { name, meta } of describeOptions(schema)) {
    const flag = meta.flag.split(' ')[0]!
    const fromEnv = meta.env === undefined ? undefined : sources.env[meta.env]
    origins[name] = flag
    if (meta.isSecret) secrets.add(name)
    if (sources.flags[name] !== undefined) {
      values[name] = sources.flags[name]
    } else if (fromEnv !== undefined && fromEnv !== '') {
      values[name] = fromEnv
      origins[name] = meta.env!
    }
  }
  const result = schema.safeParse(values)
  if (result.success) return Object.freeze(result.data)
  const problems = result.error.issues.map((issue) => {
    const name = String(issue.path[0])
    const isShown = values[name] !== undefined && !secrets.has(name)
    const given = isShown ? `, not ${JSON.stringify(values[name])}` : ''
    return `${origins[name]}: ${issue.message}${given}`
  })
  throw new ChatwsError('USAGE', problems.join('\n'))
}
