import { existsSync } from 'node:fs'
import type { z } from 'zod'
import { CONFIG_FILE, type ConfigSectionName, parseConfigFile } from '../config/config-file.ts'
import type { ConfigSection, ConfigSources } from '../config/config-sources.ts'
import { readTextFile } from '../config/read-text.ts'
import { gatherOptions, resolveConfig } from '../config/resolve-config.ts'
import { ChatwsError } from '../protocol/error.ts'
import { hidePassword } from '../protocol/hide-password.ts'
import type { Host } from './host.ts'

/** A command's options, and where their values come from. */
export interface CommandConfig<S extends z.ZodObject> {
  readonly schema: S
  /** The sections of the configuration file that may have it, the first one before the others. */
  readonly sections: readonly ConfigSectionName[]
  /** As commander read them, `--config` and `--print-config` among them. */
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
  const parsed = text === undefined ? [] : sections.map(parseConfigFile(text, path))
  const file = parsed.map((section) => ({ ...section, source }) as const)
  const sources = { flags, env: host.env, file: [...before, ...file, ...after] }
  const config = resolveConfig(schema, sources)
  if (!flags.printConfig) return run(config)
  host.stdout.write(describeConfig(schema, sources, config))
  return 0
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

/** A line for each option: its name, its value, and where that is from. */
function describeConfig(
  schema: z.ZodObject,
  sources: ConfigSources,
  config: Readonly<Record<string, unknown>>,
): string {
  const rows = gatherOptions(schema, sources).map(({ name, origin, isSecret }) => [
    name,
    describeValue(config[name], isSecret),
    origin,
  ])
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows
    .map(
      ([name, value, origin]) =>
        `${name!.padEnd(widths[0]!)}  ${value!.padEnd(widths[1]!)}  ${origin}\n`,
    )
    .join('')
}

function describeValue(value: unknown, isSecret: boolean): string {
  if (value === undefined) return '-'
  if (isSecret) return '(secret)'
  return JSON.stringify(typeof value === 'string' ? hidePassword(value) : value)
}
