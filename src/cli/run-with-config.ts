import { existsSync } from 'node:fs'
import type { z } from 'zod'
import { CONFIG_FILE, type ConfigSectionName, parseConfigFile } from '../config/config-file.ts'
import type { ConfigSection, ConfigSources } from '../config/config-sources.ts'
import { describeOptions } from '../config/option.ts'
import { readTextFile } from '../config/read-text.ts'
import { gatherOptions, originOf, resolveConfig } from '../config/resolve-config.ts'
import { describeUnknownVariables } from '../config/unknown-variables.ts'
import { ChatwsError } from '../protocol/error.ts'
import { escapeUnsafe } from '../protocol/escape-unsafe.ts'
import { describeConfig } from './describe-config.ts'
import type { Host } from './host.ts'
import { OptionError } from './option-error.ts'
import { usageProblemsOf } from './usage-command.ts'

/** A command's options, and where their values come from. */
export interface CommandConfig<S extends z.ZodObject> {
  readonly schema: S
  /** The sections of the configuration file that may have it, the first one before the others. */
  readonly sections: readonly ConfigSectionName[]
  /** As commander read them, `--config`, `--print-config` and what is wrong among them. */
  readonly flags: Record<string, unknown>
  readonly host: Host
  /** What counts before the configuration file, and what after it. */
  readonly before?: readonly ConfigSection[]
  readonly after?: readonly ConfigSection[]
}

/**
 * Runs a command with its configuration, or with `--print-config` prints that instead. Throws
 * USAGE for everything that is wrong with it.
 */
export async function runWithConfig<S extends z.ZodObject>(
  { schema, sections, flags, host, before = [], after = [] }: CommandConfig<S>,
  run: (config: Readonly<z.infer<S>>) => Promise<number>,
): Promise<number> {
  const named = flags.config ?? (host.env.CHATWS_CONFIG || undefined)
  const text = readConfigFile(named as string | undefined)
  const path = String(named ?? CONFIG_FILE)
  const source = named === undefined ? 'directory' : 'file'
  const problems = [...usageProblemsOf(flags)]
  if (flags.config === null) problems.push('--config: needs a value')
  const sectionOf =
    text === undefined
      ? undefined
      : parseConfigFile(text, path, (problem) => problems.push(problem))
  const parsed = sectionOf ? sections.map(sectionOf) : []
  const file = parsed.map((section) => ({ ...section, source }) as const)
  const sources = { flags, env: host.env, file: [...before, ...file, ...after] }
  const config = resolveConfig(schema, sources, problems)
  const notes = [...describeUnknownVariables(host.env), ...describeOverridden(schema, host.env)]
  for (const note of notes) host.stderr.write(`chatws: ${escapeUnsafe(note)}\n`)
  if (!flags.printConfig)
    return run(config).catch((error: unknown) => {
      throw error instanceof OptionError ? nameOrigins(error, schema, sources) : error
    })
  host.stdout.write(describeConfig(schema, sources, config))
  return 0
}

/** An error of options as it is told: by where their values are from. */
function nameOrigins(error: OptionError, schema: z.ZodObject, sources: ConfigSources): ChatwsError {
  const given = new Map(gatherOptions(schema, sources).map((option) => [option.name, option]))
  const lines = error.problems.map(({ option, message }) => {
    const from = given.get(option)
    return `${from ? originOf(from) : option}: ${message}`
  })
  return new ChatwsError(error.code, lines.join('\n'), { cause: error })
}

/** The text of the file named, or of the one in the working directory if there is one. */
function readConfigFile(named: string | undefined): string | undefined {
  try {
    return readTextFile(named ?? CONFIG_FILE)
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    // Nor has a working directory one that is gone, or that may not be entered.
    const isNone = code === 'ENOENT' || (code === 'EACCES' && !existsSync(CONFIG_FILE))
    if (named === undefined && isNone) return undefined
    throw new ChatwsError('USAGE', `The configuration cannot be read: ${message}`, { cause })
  }
}

/** A line for each option that two variables set in two ways. */
function describeOverridden(schema: z.ZodObject, env: Host['env']): string[] {
  return describeOptions(schema).flatMap(({ meta: { env: name = '', preferredEnv = '' } }) =>
    env[name] && env[preferredEnv] && env[name] !== env[preferredEnv]
      ? [`${name} is not used: ${preferredEnv} is set, too`]
      : [],
  )
}
