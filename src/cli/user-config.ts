import type { z } from 'zod'
import { readUserFile } from '../config/user-file.ts'
import { type CommandConfig, runWithConfig } from './run-with-config.ts'

/**
 * Runs a command that connects as a user with its configuration: what the file in the user's own
 * folder says comes after flags, environment and configuration file, but for a profile that is asked
 * for by name: as that is one unit, no file may change a part of it.
 */
export function runWithUserConfig<S extends z.ZodObject>(
  command: CommandConfig<S>,
  run: (config: Readonly<z.infer<S>>) => Promise<number>,
): Promise<number> {
  const { flags, host } = command
  const named = (flags.profile as string | undefined) ?? (host.env.CHATWS_PROFILE || undefined)
  const { profile, habits } = readUserFile(host.env, named)
  const own = profile ? [profile] : []
  return named === undefined
    ? runWithConfig({ ...command, after: [...own, habits] }, run)
    : runWithConfig({ ...command, before: own, after: [habits] }, run)
}
