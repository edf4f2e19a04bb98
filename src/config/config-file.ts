import type { z } from 'zod'
import { ChatwsError } from '../protocol/error.ts'
import { suggest } from '../protocol/suggestion.ts'
import { BenchConfig } from './bench-config.ts'
import type { ConfigSection } from './config-sources.ts'
import { ConnectConfig } from './connect-config.ts'
import { DbSection } from './db-config.ts'
import { DoctorSection } from './doctor-config.ts'
import { describeOptions, fileForm } from './option.ts'
import { SendConfig } from './send-config.ts'
import { ServeConfig } from './serve-config.ts'
import { TailConfig } from './tail-config.ts'
import { TokenConfig } from './token-config.ts'

/** Where a configuration file is looked for when none is named. */
export const CONFIG_FILE = 'chatws.config.json'

/** Section of a configuration file → the options that may stand in it. */
export const CONFIG_SECTIONS = {
  serve: ServeConfig,
  connect: ConnectConfig,
  send: SendConfig,
  tail: TailConfig,
  bench: BenchConfig,
  token: TokenConfig,
  db: DbSection,
  doctor: DoctorSection,
} as const satisfies Record<string, z.ZodObject>

export type ConfigSectionName = keyof typeof CONFIG_SECTIONS

/**
 * Reads the text of a configuration file: an object with a section for each command, each of
 * those an object from option name to value. Values are checked when their command runs. Throws
 * USAGE that names everything unknown at once, unless `onProblem` is to hear of it.
 */
export function parseConfigFile(
  text: string,
  path: string,
  onProblem?: (problem: string) => void,
): (section: ConfigSectionName) => ConfigSection {
  const { $schema: _, ...sections } = readObject(parseJson(text, path), path)
  const problems: string[] = []
  const parsed = new Map<string, Record<string, unknown>>()
  for (const [section, content] of Object.entries(sections)) {
    const schema = CONFIG_SECTIONS[section as ConfigSectionName] as z.ZodObject | undefined
    if (!schema) {
      problems.push(unknown(`${path}: ${section}`, section, Object.keys(CONFIG_SECTIONS)))
      continue
    }
    if (!isObject(content)) {
      problems.push(`${path}: ${section}: must be an object`)
      continue
    }
    const values = content
    parsed.set(section, values)
    const known = describeOptions(schema).flatMap(({ name, meta }) => [
      name,
      ...(fileForm(name, meta) ? [fileForm(name, meta)!.name] : []),
    ])
    for (const name of Object.keys(values))
      if (!known.includes(name)) problems.push(unknown(`${path}: ${section}.${name}`, name, known))
  }
  if (onProblem) problems.forEach(onProblem)
  else if (problems.length > 0) throw new ChatwsError('USAGE', problems.join('\n'))
  return (section) => ({ origin: `${path}: ${section}`, values: parsed.get(section) ?? {} })
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ChatwsError('USAGE', `${path} is not JSON: ${(cause as Error).message}`, { cause })
  }
}

function readObject(value: unknown, what: string): Record<string, unknown> {
  if (isObject(value)) return value
  throw new ChatwsError('USAGE', `${what}: must be an object`)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function unknown(where: string, word: string, known: readonly string[]): string {
  const meant = suggest(word, known)
  return `${where}: unknown${meant === undefined ? '' : `, did you mean ${meant}?`}`
}
