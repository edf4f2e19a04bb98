import type { z } from 'zod'
import { ChatwsError } from '../protocol/error.ts'
import { escapeUnsafe } from '../protocol/escape-unsafe.ts'
import { hidePassword } from '../protocol/hide-password.ts'
import { issueText } from '../protocol/issue-text.ts'
import { suggest } from '../protocol/suggestion.ts'
import type { ConfigSection, ConfigSource, ConfigSources, GivenOption } from './config-sources.ts'
import { reasonsOf } from './contradictions.ts'
import { keepToken } from './keep-token.ts'
import { describeOptions, fileForm, isOfKubernetes, type OptionMeta } from './option.ts'
import { readTextFile } from './read-text.ts'

/** A place where options can be set. */
interface Place {
  readonly source: ConfigSource
  readonly value: unknown
  /** The name of a file that holds the value. */
  readonly file: unknown
  readonly origin: string
  readonly fileOrigin: string
}

/** What a command was given, option by option: flags over environment over file. */
export function gatherOptions(schema: z.ZodObject, sources: ConfigSources): GivenOption[] {
  const options = describeOptions(schema).map(({ name, meta }): GivenOption => {
    const common = { name, flag: meta.flag.split(' ')[0]!, isSecret: meta.isSecret === true }
    const place = placesOf(name, meta, sources).find(
      ({ value, file }) => value !== undefined || file !== undefined,
    )
    if (!place)
      return {
        ...{ ...common, value: undefined, origin: 'default' },
        ...{ source: undefined, isOfFile: false },
      }
    const { source, value, file, origin, fileOrigin } = place
    // What commander makes of a flag at the end that is to have a value.
    if (source === 'flag' && (value === null || file === null))
      return {
        ...{ ...common, value: undefined, origin: value === null ? origin : fileOrigin, source },
        ...{ isOfFile: false, problem: 'needs a value' },
      }
    if (file === undefined) return { ...common, value, origin, source, isOfFile: false }
    const given = { ...common, origin: fileOrigin, source, isOfFile: true }
    if (value !== undefined)
      return { ...given, value: undefined, problem: `is given beside ${origin}: name one of both` }
    return { ...given, ...readValue(file) }
  })
  return keepToken(options, sources)
}

/** Where an option can be set, the strongest place first. */
function placesOf(name: string, meta: OptionMeta, { flags, env, file = [] }: ConfigSources) {
  const held = fileForm(name, meta)
  const word = meta.flag.split(' ')[0]!
  const variable = (key: string | undefined) =>
    key === undefined || isOfKubernetes(key, env[key]) ? undefined : env[key] || undefined
  const inFile = (values: ConfigSection['values']) => (held ? values[held.name] : undefined)
  return [
    {
      ...{ source: 'flag', value: flags[name], file: inFile(flags) },
      ...{ origin: word, fileOrigin: held?.flag ?? word },
    },
    ...[meta.preferredEnv, meta.env].map((name) => {
      const fileName = held && name !== undefined ? `${name}_FILE` : undefined
      return {
        ...{ source: 'variable' as const, value: variable(name), file: variable(fileName) },
        ...{ origin: name ?? '', fileOrigin: fileName ?? '' },
      }
    }),
    ...file.map(({ origin, values, source = 'file' }) => ({
      ...{ source, value: values[name], file: inFile(values) },
      ...{ origin: `${origin}.${name}`, fileOrigin: `${origin}.${held?.name}` },
    })),
  ] satisfies Place[] as Place[]
}

/** What a file holds, without the end of its last line. */
function readValue(path: unknown): Pick<GivenOption, 'value' | 'problem'> {
  try {
    const value = readTextFile(String(path)).replace(/\r?\n$/, '')
    return value === '' ? { value: undefined, problem: 'the file is empty' } : { value }
  } catch (error) {
    return { value: undefined, problem: `cannot be read: ${(error as Error).message}` }
  }
}

/**
 * The frozen configuration of a command: flags over environment over file over the schema's
 * defaults. Throws USAGE that names every problem at once and where each value came from.
 * @param problems what else is wrong already
 */
export function resolveConfig<S extends z.ZodObject>(
  schema: S,
  sources: ConfigSources,
  problems: readonly string[] = [],
): Readonly<z.infer<S>> {
  const given = new Map(gatherOptions(schema, sources).map((option) => [option.name, option]))
  const misgiven = [...given.values()].filter(({ problem }) => problem !== undefined)
  const found = [...problems, ...misgiven.map(({ origin, problem }) => `${origin}: ${problem}`)]
  const result = schema.safeParse(
    Object.fromEntries([...given].map(([name, { value }]) => [name, value])),
    { error: issueText },
  )
  if (result.success && found.length === 0) return Object.freeze(result.data)
  const wrong = (result.error?.issues ?? []).flatMap((issue) => {
    const reasons = reasonsOf(issue)
    const option = given.get(String(issue.path[0]))!
    const isKnown = [option.name, ...(reasons ?? [])].some((name) => given.get(name)?.problem)
    if (isKnown) return []
    const tail = reasons
      ? reasons.map((name) => `; ${state(given.get(name)!, schema)}`).join('')
      : insteadOf(issue, option)
    return `${originOf(option)}: ${issue.message}${tail}`
  })
  throw new ChatwsError('USAGE', [...found, ...wrong].join('\n'))
}

/** What names an option to whoever gave it: the flag, variable or place in a file. */
export function originOf({ value, origin, flag }: GivenOption): string {
  return value === undefined ? flag : origin
}

/** What stands in the place of what should, and what was probably meant. */
function insteadOf(issue: z.core.$ZodIssue, { value, isSecret }: GivenOption): string {
  if (value === undefined || isSecret) return ''
  return `, not ${describe(value)}${hintFor(issue, String(value))}`
}

/** What an option is, and why: `CHATWS_AUTH is "jwt"`, `--auth is "none" by default`. */
function state(option: GivenOption, schema: z.ZodObject): string {
  const { name, value, isSecret } = option
  const where = originOf(option)
  if (value !== undefined) return `${where} is ${isSecret ? 'given' : describe(value)}`
  const { defaultValue } = describeOptions(schema).find((known) => known.name === name)!
  if (defaultValue === undefined) return `${where} is not given`
  return `${where} is ${describe(defaultValue)} by default`
}

/** A value as one line in which neither a password stands nor anything that could drive a terminal. */
function describe(value: unknown): string {
  return escapeUnsafe(JSON.stringify(typeof value === 'string' ? hidePassword(value) : value))
}

/** What was probably meant, for an option that is one of some words. */
function hintFor(issue: z.core.$ZodIssue, written: string): string {
  if (issue.code !== 'invalid_value' || issue.path.length > 1) return ''
  const meant = suggest(written, issue.values.map(String))
  return meant === undefined ? '' : `, did you mean ${meant}?`
}
