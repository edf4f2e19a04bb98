import type { z } from 'zod'
import { readUserFile } from '../config/user-file.ts'
import { type CommandConfig, runWithConfig } from './run-with-config.ts'

/**
 * Runs a command that connects as a user with its configuration: what the file in the user's own
 * folder says, for a profile, comes after flags, environment and configuration file.
 */
export function runWithUserConfig<S extends z.ZodObject>(
  command: CommandConfig<S>,
  run: (config: Readonly<z.infer<S>>) => Promise<number>,
): Promise<number> {
  const { flags, host } = command
  const profile = (flags.profile as string | undefined) ?? (host.env.CHATWS_PROFILE || undefined)
  return runWithConfig({ ...command, more: readUserFile(host.env, profile) }, run)
}
