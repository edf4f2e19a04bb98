import type { Command } from 'commander'
import type { z } from 'zod'
import { describeOptions } from '../config/option.ts'

/** Gives a command the flags of its configuration; help shows default and variable. */
export function defineOptions(command: Command, schema: z.ZodObject): void {
  for (const { meta, defaultValue } of describeOptions(schema)) {
    const notes = [
      defaultValue === undefined || defaultValue === false ? '' : `default: ${defaultValue}`,
      meta.env === undefined ? '' : `env: ${meta.env}`,
    ].filter(Boolean)
    const suffix = notes.length > 0 ? ` (${notes.join(', ')})` : ''
    command.option(meta.flag, meta.description + suffix)
  }
}
