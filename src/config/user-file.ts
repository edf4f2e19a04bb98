import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { describeProblems } from '../protocol/describe-problems.ts'
import { ChatwsError } from '../protocol/error.ts'
import type { ConfigSection, ConfigSources } from './config-sources.ts'
import { readTextFile } from './read-text.ts'

type Env = ConfigSources['env']

const Profile = z.strictObject({
  url: z.string().optional(),
  user: z.int().optional(),
  chat: z.int().optional(),
  token: z.string().optional(),
  /** A file that holds the token; from the folder of the configuration file on. */
  tokenFile: z.string().optional(),
})

/** The configuration file of `chatws connect`, `send` and `tail`. */
const UserFile = z.strictObject({
  $schema: z.string().optional(),
  /** The profile where `--profile` names none. */
  profile: z.string().optional(),
  /** Name → a server, and who to be there. */
  profiles: z.record(z.string(), Profile).default({}),
  theme: z.string().optional(),
  mouse: z.boolean().optional(),
  bell: z.boolean().optional(),
  mention: z.array(z.string()).optional(),
  idleMinutes: z.number().optional(),
})

/** Where a file of the user's stands: `$XDG_CONFIG_HOME/chatws`, by default `~/.config/chatws`. */
export function userFilePath(env: Env, name: string): string {
  const home = env.XDG_CONFIG_HOME || join(env.HOME || homeFolder(), '.config')
  return join(home, 'chatws', name)
}

/** The user's folder, or one that is not there: a user without an entry in `passwd` has none. */
function homeFolder(): string {
  try {
    return homedir()
  } catch {
    return '/nonexistent'
  }
}

/** What the user's own file says: a profile, which is one unit, and habits that hold everywhere. */
export interface UserSections {
  readonly profile?: ConfigSection
  readonly habits: ConfigSection
}

/**
 * What the configuration file says, for a profile or the one that the file names. A file that is
 * not there says nothing. Throws USAGE with every problem of one that is wrong.
 */
export function readUserFile(env: Env, profileName: string | undefined): UserSections {
  const path = userFilePath(env, 'config.json')
  const { profile: standing, profiles, $schema: _, ...values } = parseFile(UserFile, path)
  const name = profileName ?? standing
  const habits = { origin: path, values }
  if (name === undefined) return { habits }
  const profile = profiles[name]
  if (!Object.hasOwn(profiles, name) || !profile) {
    const known = Object.keys(profiles)
    const hint = known.length === 0 ? 'it has none' : `it has ${known.join(', ')}`
    throw new ChatwsError('USAGE', `${path}: there is no profile ${JSON.stringify(name)}: ${hint}`)
  }
  const { tokenFile, ...rest } = profile
  const held = tokenFile === undefined ? {} : { tokenFile: resolve(dirname(path), tokenFile) }
  const section = { origin: path, values: { ...rest, ...held }, source: 'profile' } as const
  return { profile: section, habits }
}

/**
 * What a file of the user's says; one that is not there says what an empty object does. Throws USAGE
 * with every problem of one that is wrong.
 */
export function parseFile<S extends z.ZodType>(schema: S, path: string): z.infer<S> {
  const value = readJsonFile(path) ?? {}
  const { data, error } = schema.safeParse(value)
  if (!error) return data
  const problems = describeProblems(schema, JSON.parse(JSON.stringify(value, hide)), error)
  throw new ChatwsError('USAGE', problems.map((problem) => `${path}: ${problem}`).join('\n'))
}

/** A token is not shown, though it is wrong. */
function hide(key: string, value: unknown): unknown {
  return key === 'token' ? '***' : value
}

/** The JSON of a file, or undefined where there is none. Throws USAGE for one that cannot be read. */
function readJsonFile(path: string): unknown {
  let text: string
  try {
    text = readTextFile(path)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    // A home that may not be entered (root's, say, for the user that a container runs as) has none.
    if (code === 'EACCES' && !existsSync(dirname(path))) return undefined
    throw new ChatwsError('USAGE', `${path}: ${message}`, { cause: error })
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new ChatwsError('USAGE', `${path}: ${(error as Error).message}`, { cause: error })
  }
}
