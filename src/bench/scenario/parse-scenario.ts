import { z } from 'zod'
import { ChatwsError } from '../../protocol/error.ts'
import { suggest } from '../../protocol/suggestion.ts'
import { Scenario } from './scenario.ts'

/**
 * Reads a scenario file's text. Throws INVALID_SCENARIO with every problem on a line of its own,
 * each with its path.
 */
export function parseScenario(text: string, file: string): Scenario {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new ChatwsError('INVALID_SCENARIO', `${file} is not JSON: ${(error as Error).message}`)
  }
  const result = Scenario.safeParse(value)
  if (result.success) return result.data
  const problems = result.error.issues.flatMap((issue) => describeIssue(issue, []))
  throw new ChatwsError(
    'INVALID_SCENARIO',
    [`${file} has ${problems.length} problem(s):`, ...problems.map((line) => `  ${line}`)].join(
      '\n',
    ),
  )
}

function describeIssue(issue: z.core.$ZodIssue, base: readonly PropertyKey[]): string[] {
  const path = [...base, ...issue.path]
  const place = formatPath(path)
  if (issue.code !== 'unrecognized_keys') return [`${place || 'the file'}: ${issue.message}`]
  const known = keysAt(path)
  return issue.keys.map((key) => {
    const suggestion = suggest(key, known)
    const hint = suggestion ? `did you mean ${suggestion}?` : `known here: ${known.join(', ')}`
    return `${place ? `${place}.` : ''}${key}: unknown, ${hint}`
  })
}

function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '')
}

/** The keys that the schema knows at a path. */
function keysAt(path: readonly PropertyKey[]): string[] {
  let schema: z.ZodType = Scenario
  for (const part of [...path, undefined]) {
    schema = withoutWrappers(schema)
    if (part === undefined) break
    if (schema instanceof z.ZodArray) schema = schema.element as z.ZodType
    else if (schema instanceof z.ZodObject) schema = schema.shape[String(part)] as z.ZodType
  }
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
}

function withoutWrappers(schema: z.ZodType): z.ZodType {
  let inner = schema
  while (
    inner instanceof z.ZodDefault ||
    inner instanceof z.ZodOptional ||
    inner instanceof z.ZodPrefault
  )
    inner = inner.unwrap() as z.ZodType
  return inner
}
