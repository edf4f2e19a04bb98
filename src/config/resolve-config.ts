import type { z } from 'zod'
import { ChatwsError } from '../protocol/error.ts'
import { escapeUnsafe } from '../protocol/escape-unsafe.ts'
import { hidePassword } from '../protocol/hide-password.ts'
import { suggest } from '../protocol/suggestion.ts'
import type { ConfigSection, ConfigSource, ConfigSources, GivenOption } from './config-sources.ts'
import { keepToken } from './keep-token.ts'
import { describeOptions, fileForm, type OptionMeta } from './option.ts'
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
    {
      ...{ source: 'variable', value: variable(meta.env), file: variable(held?.env) },
      ...{ origin: meta.env ?? '', fileOrigin: held?.env ?? '' },
    },
    ...file.map(({ origin, values, source = 'file' }) => ({
      ...{ source, value: values[name], file: inFile(values) },
      ...{ origin: `${origin}.${name}`, fileOrigin: `${origin}.${held?.name}` },
    })),
  ] satisfies Place[] as Place[]
}

/**
 * Whether Kubernetes set a variable, which it does in each pod for a Service named `chatws`:
 * `CHATWS_PORT=tcp://10.96.12.7:3004`.
 */
function isOfKubernetes(name: string, value = ''): boolean {
  return name.endsWith('_PORT') && /^(tcp|udp|sctp):\/\//.test(value)
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
 */
export function resolveConfig<S extends z.ZodObject>(
  schema: S,
  sources: ConfigSources,
): Readonly<z.infer<S>> {
  const given = new Map(gatherOptions(schema, sources).map((option) => [option.name, option]))
  const misgiven = [...given.values()].filter(({ problem }) => problem !== undefined)
  if (misgiven.length > 0)
    throw new ChatwsError(
      'USAGE',
      misgiven.map(({ origin, problem }) => `${origin}: ${problem}`).join('\n'),
    )
  const result = schema.safeParse(
    Object.fromEntries([...given].map(([name, { value }]) => [name, value])),
  )
  if (result.success) return Object.freeze(result.data)
  const problems = result.error.issues.map((issue) => {
    const { value, origin, flag, isSecret } = given.get(String(issue.path[0]))!
    const isShown = value !== undefined && !isSecret
    const instead = isShown ? `, not ${describe(value)}` : ''
    const hint = isShown ? hintFor(issue, String(value)) : ''
    return `${value === undefined ? flag : origin}: ${issue.message}${instead}${hint}`
  })
  throw new ChatwsError('USAGE', problems.join('\n'))
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
