import { z } from 'zod'
import { ChatwsError } from '../../protocol/error.ts'
import { issueText } from '../../protocol/issue-text.ts'
import { HttpErrorBody } from './http-error.ts'

type JsonSchema = Record<string, unknown>

/** JSON Schema → the zod schema that it was made from. */
const sources = new WeakMap<object, z.ZodType>()

/** A zod schema in the form that routes are described by and OpenAPI publishes. */
export function jsonSchema(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-7' })
  sources.set(rest, schema)
  return rest
}

/**
 * Makes what checks one part of the requests of a route, by the zod schema behind its description.
 * What comes in a URL is text, and is read as a number where one is meant. Compiling the JSON
 * Schemas themselves would take a fifth of the time in which the server starts.
 */
export function compileValidator({ schema, httpPart }: { schema: object; httpPart?: string }) {
  const source = sources.get(schema)
  if (!source) throw new TypeError('the schema of a request was not made with jsonSchema()')
  const { properties } = schema as { properties: Record<string, { type?: string }> }
  const isText = httpPart !== 'body'
  return (given: unknown): { value: unknown } | { error: ChatwsError } => {
    const read = isText ? readNumbers(given as object, properties) : given
    const parsed = source.safeParse(read, { error: issueText })
    if (parsed.success) return { value: parsed.data }
    const problems = parsed.error.issues.map(({ path, message }) =>
      [path.join('.'), message].filter(Boolean).join(': '),
    )
    return { error: new ChatwsError('INVALID_REQUEST', problems.join('; ')) }
  }
}

function readNumbers(given: object, properties: Record<string, { type?: string }>): object {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      const isNumber = properties[name]?.type === 'integer' && /^\d{1,16}$/.test(value)
      return [name, isNumber ? Number(value) : value]
    }),
  )
}

/** What every route may answer. */
const TOO_MANY = { 429: 'Too many requests of this address or user' }

/** The answers of a route: what it gives, and under each other status why it does not. */
export function answers(
  success: z.ZodType,
  failures: Readonly<Record<number, string>>,
  status = 200,
): Record<number, unknown> {
  const body = jsonSchema(HttpErrorBody)
  const refused = Object.entries({ ...TOO_MANY, ...failures }).map(([code, description]) => [
    code,
    { ...body, description },
  ])
  return {
    [status]: { description: 'Done', ...jsonSchema(success) },
    ...Object.fromEntries(refused),
  }
}
