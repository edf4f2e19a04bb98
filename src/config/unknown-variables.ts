import type { z } from 'zod'
import { suggest } from '../protocol/suggestion.ts'
import { CONFIG_SECTIONS } from './config-file.ts'
import type { ConfigSources } from './config-sources.ts'
import { describeOptions, fileForm, isOfKubernetes, variablesOf } from './option.ts'

/** Variables of the tests and the build; no command reads them. */
const OTHERS = /^CHATWS_(ATTACK|PRISMA|REQUIRE|TEST)_/

/** A line for each variable that is named like those of chatws, and that no command reads. */
export function describeUnknownVariables(env: ConfigSources['env']): string[] {
  const named = Object.keys(env).filter((name) => name.startsWith('CHATWS_') && env[name])
  if (named.length === 0) return []
  const known = knownVariables()
  return named
    .filter((name) => !known.includes(name) && !OTHERS.test(name))
    .filter((name) => !isOfKubernetes(name, env[name]))
    .map((name) => {
      const meant = suggest(name, known)
      const hint = meant === undefined ? '' : `, did you mean ${meant}?`
      return `${name}: no such variable is read${hint}`
    })
}

function knownVariables(): string[] {
  const schemas: z.ZodObject[] = Object.values(CONFIG_SECTIONS)
  return [...new Set(schemas.flatMap(variablesOfCommand)), 'CHATWS_CONFIG']
}

/** The variables that set the options of a command, those that name a file among them. */
export function variablesOfCommand(schema: z.ZodObject): string[] {
  return describeOptions(schema).flatMap(({ name, meta }) => [
    ...variablesOf(meta),
    ...(fileForm(name, meta)?.envs ?? []),
  ])
}
