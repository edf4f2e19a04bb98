import { z } from 'zod'
import { orList, ruleOf } from './issue-text.ts'
import { suggest } from './suggestion.ts'

type Issue = z.core.$ZodIssue
type Path = readonly PropertyKey[]

/** Longest piece of a wrong value that is shown. */
const SHOWN_LENGTH = 40

/**
 * What is wrong with a value that a schema refused: a line for each problem, with its path, what
 * would be right, what stands there, and what was probably meant.
 */
export function describeProblems(schema: z.ZodType, value: unknown, error: z.ZodError): string[] {
  const issues = error.issues.flatMap((issue) => resolveUnion(issue, value))
  const meant = new Set(issues.flatMap((issue) => meantKeys(schema, issue)))
  return issues
    .filter((issue) => !(isMissing(issue, value) && meant.has(formatPath(issue.path))))
    .flatMap((issue) => describeIssue(schema, value, issue))
}

function describeIssue(schema: z.ZodType, value: unknown, issue: Issue): string[] {
  const known = keysAt(schema, issue.path)
  if (issue.code !== 'unrecognized_keys') {
    const given = valueAt(value, issue.path)
    return [`${formatPath(issue.path) || 'the file'}: ${explain(issue, given, known)}`]
  }
  return issue.keys.map((key) => {
    const suggestion = suggest(key, known)
    const hint = suggestion ? `did you mean ${suggestion}?` : `known here: ${known.join(', ')}`
    return `${formatPath([...issue.path, key])}: unknown, ${hint}`
  })
}

/** @param keys what an object may have in its place */
function explain(issue: Issue, value: unknown, keys: readonly string[]): string {
  switch (issue.code) {
    case 'invalid_type':
    case 'too_small':
    case 'too_big':
      return wrong(value, ruleOf(issue)!)
    case 'invalid_value':
      return wrong(value, ruleOf(issue)!, issue.values)
    case 'invalid_union':
      return explainUnion(issue, value, keys)
    default:
      return issue.message
  }
}

/** A union that tells its variants apart by a value says which there are, though not in its type. */
function explainUnion(
  { options, message }: Issue & { options?: unknown },
  value: unknown,
  keys: readonly string[],
): string {
  if (Array.isArray(options)) return wrong(value, `must be ${orList(options)}`, options)
  const given = typeof value === 'object' && value !== null ? Object.keys(value) : []
  const [suggestion] = given.flatMap((key) => suggest(key, keys) ?? [])
  return suggestion === undefined ? message : `${message}: did you mean ${suggestion}?`
}

function wrong(value: unknown, rule: string, known: readonly unknown[] = []): string {
  if (value === undefined) return `is missing, it ${rule}`
  if (value === '' || (Array.isArray(value) && value.length === 0)) return rule
  const suggestion = typeof value === 'string' ? suggest(value, known.map(String)) : undefined
  const hint = suggestion === undefined ? '' : `: did you mean ${suggestion}?`
  return `${rule}, not ${shorten(value)}${hint}`
}

function shorten(value: unknown): string {
  const text = JSON.stringify(value)
  return text.length <= SHOWN_LENGTH ? text : `${text.slice(0, SHOWN_LENGTH)}…`
}

/** Of a union that nothing fits, the problems of the variant that is nearest to what stands there. */
function resolveUnion(issue: Issue, value: unknown): Issue[] {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue]
  const given = valueAt(value, issue.path)
  const scored = issue.errors
    .map((issues) => ({ issues, distance: distanceOf(issues, given) }))
    .sort((a, b) => a.distance - b.distance)
  const [nearest, next] = scored
  const isClear = nearest!.distance < (next?.distance ?? Number.POSITIVE_INFINITY)
  if (!isClear || nearest!.distance === Number.POSITIVE_INFINITY) return [issue]
  return nearest!.issues
    .map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }))
    .flatMap((inner) => resolveUnion(inner, value))
}

/** How far a value is from a variant of a union; Infinity when it has nothing in common with it. */
function distanceOf(issues: readonly Issue[], value: unknown): number {
  const isOfAnotherKind = issues.some(
    ({ code, path }) => code === 'invalid_type' && path.length === 0,
  )
  if (isOfAnotherKind) return Number.POSITIVE_INFINITY
  if (typeof value !== 'object' || value === null) return issues.length
  const unknown = issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : []))
  const isStrange = unknown.length >= Object.keys(value).length
  return isStrange ? Number.POSITIVE_INFINITY : unknown.length
}

/** The paths that unknown keys were probably meant to be. */
function meantKeys(schema: z.ZodType, issue: Issue): string[] {
  if (issue.code !== 'unrecognized_keys') return []
  const known = keysAt(schema, issue.path)
  return issue.keys.flatMap((key) => {
    const suggestion = suggest(key, known)
    return suggestion === undefined ? [] : [formatPath([...issue.path, suggestion])]
  })
}

function isMissing(issue: Issue, value: unknown): boolean {
  return issue.code !== 'unrecognized_keys' && valueAt(value, issue.path) === undefined
}

/** A path as people write it: `phases[0].users`. */
export function formatPath(path: Path): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '')
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, part) => (inner as Record<PropertyKey, unknown> | null | undefined)?.[part],
    value,
  )
}

/** The keys that a schema knows at a path, in all variants. */
function keysAt(schema: z.ZodType, path: Path): string[] {
  let schemas = variantsOf(schema)
  for (const part of path)
    schemas = schemas.flatMap((one) => {
      const inner =
        one instanceof z.ZodArray
          ? one.element
          : one instanceof z.ZodObject
            ? one.shape[String(part)]
            : one instanceof z.ZodRecord
              ? one.valueType
              : undefined
      return inner === undefined ? [] : variantsOf(inner as z.ZodType)
    })
  const objects = schemas.filter((one) => one instanceof z.ZodObject)
  return [...new Set(objects.flatMap(({ shape }) => Object.keys(shape)))]
}

/** A schema without defaults and the like; for a union, each of its variants. */
function variantsOf(schema: z.ZodType): z.ZodType[] {
  if (
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodPrefault
  )
    return variantsOf(schema.unwrap() as z.ZodType)
  if (schema instanceof z.ZodUnion)
    return schema.options.flatMap((option) => variantsOf(option as z.ZodType))
  return [schema]
}
