import type { z } from 'zod'
import { ChatwsError } from '../protocol/error.ts'
import { suggest } from '../protocol/suggestion.ts'
import { describeOptions } from './option.ts'

/** What a command was given, by option name and by variable name. */
export interface ConfigSources {
  readonly flags: Readonly<Record<string, unknown>>
  readonly env: Readonly<Record<string, string | undefined>>
  /** The sections of the configuration file that count, the first one before the others. */
  readonly file?: readonly ConfigSection[]
}

/** The part of a configuration file that is one command's. */
export interface ConfigSection {
  /** Names it in messages: `chatws.config.json: serve`. */
  readonly origin: string
  /** By option name. */
  readonly values: Readonly<Record<string, unknown>>
}

/** An option as it was given, before it was checked. */
export interface GivenOption {
  readonly name: string
  /** Undefined where nothing was given. */
  readonly value: unknown
  /** The flag, variable or place in the file that the value is from; `default` where none is. */
  readonly origin: string
  /** The flag that sets it. */
  readonly flag: string
  readonly isSecret: boolean
}

/** What a command was given, option by option: flags over environment over file. */
export function gatherOptions(schema: z.ZodObject, sources: ConfigSources): GivenOption[] {
  const { flags, env, file = [] } = sources
  return describeOptions(schema).map(({ name, meta }) => {
    const flag = meta.flag.split(' ')[0]!
    const common = { name, flag, isSecret: meta.isSecret === true }
    const fromEnv = meta.env === undefined ? undefined : env[meta.env]
    if (flags[name] !== undefined) return { ...common, value: flags[name], origin: flag }
    if (fromEnv !== undefined && fromEnv !== '')
      return { ...common, value: fromEnv, origin: meta.env! }
    const section = file.find(({ values }) => values[name] !== undefined)
    if (section)
      return { ...common, value: section.values[name], origin: `${section.origin}.${name}` }
    return { ...common, value: undefined, origin: 'default' }
  })
}

/**
 * The frozen configuration of a command: flags over environment over file over the schema's
 * defaults. Throws USAGE that names every problem at once and where each value came from.
 */
export function resolveConfig<S extends z.ZodObject>(
  schema: S,
  sources: ConfigSources,
): Readonly<z.infer<S>> {
  const given = new Map(gatherOptions(schema, sources).map((option) => [option.name, option]))
  const result = schema.safeParse(
    Object.fromEntries([...given].map(([name, { value }]) => [name, value])),
  )
  if (result.success) return Object.freeze(result.data)
  const problems = result.error.issues.map((issue) => {
    const { value, origin, flag, isSecret } = given.get(String(issue.path[0]))!
    const isShown = value !== undefined && !isSecret
    const instead = isShown ? `, not ${JSON.stringify(value)}` : ''
    const hint = isShown ? hintFor(issue, String(value)) : ''
    return `${value === undefined ? flag : origin}: ${issue.message}${instead}${hint}`
  })
  throw new ChatwsError('USAGE', problems.join('\n'))
}

/** What was probably meant, for an option that is one of some words. */
function hintFor(issue: z.core.$ZodIssue, written: string): string {
  if (issue.code !== 'invalid_value' || issue.path.length > 1) return ''
  const meant = suggest(written, issue.values.map(String))
  return meant === undefined ? '' : `, did you mean ${meant}?`
}
