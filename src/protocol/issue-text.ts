import type { z } from 'zod'

type Issue = z.core.$ZodIssue | z.core.$ZodRawIssue

/**
 * What a value must be that breaks a rule of a schema, in plain words: `must be at least 1`.
 * Undefined for a rule that has words of its own.
 */
export function ruleOf(given: Issue): string | undefined {
  const issue = given as z.core.$ZodIssue
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${NOUNS[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return `must be ${orList(issue.values)}`
    case 'too_small':
      return tooSmall(issue)
    case 'too_big':
      return tooBig(issue)
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`
    case 'unrecognized_keys':
      return `has what is not known here: ${issue.keys.join(', ')}`
    case 'invalid_format':
    case 'invalid_key':
    case 'invalid_element':
    case 'invalid_union':
      return 'is not of the form that is wanted here'
    default:
      return undefined
  }
}

/** Words the issues of a parse, for those that their schema has no words for: its `error`. */
export function issueText(issue: z.core.$ZodRawIssue): string | undefined {
  return issue.input === undefined ? 'is required' : ruleOf(issue)
}

/** Several words as a choice: `a, b or c`. */
export function orList(values: readonly unknown[]): string {
  const texts = values.map(String)
  return texts.length === 1 ? texts[0]! : `${texts.slice(0, -1).join(', ')} or ${texts.at(-1)}`
}

const NOUNS: Readonly<Record<string, string>> = {
  number: 'a number',
  int: 'a whole number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list, in [ ]',
  object: 'an object, in { }',
  record: 'an object, in { }',
}

function tooSmall({ origin, minimum, inclusive }: z.core.$ZodIssueTooSmall): string {
  if (origin === 'string' || origin === 'array')
    return minimum === 1 ? 'must not be empty' : `must have ${minimum} ${UNITS[origin]} or more`
  return inclusive ? `must be at least ${minimum}` : `must be more than ${minimum}`
}

function tooBig({ origin, maximum, inclusive }: z.core.$ZodIssueTooBig): string {
  if (origin === 'string') return `must be at most ${maximum} characters long`
  if (origin === 'array') return `must have at most ${maximum} ${UNITS.array}`
  return inclusive ? `must be at most ${maximum}` : `must be less than ${maximum}`
}

const UNITS: Readonly<Record<string, string>> = { string: 'characters', array: 'elements' }
