import { z } from 'zod'
import { HttpErrorBody } from './http-error.ts'

/** A zod schema in the form that fastify validates and serialises by, and OpenAPI publishes. */
export function jsonSchema(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-7' })
  return rest
}

/** The answers of a route: what it gives, and under each other status why it does not. */
export function answers(
  success: z.ZodType,
  failures: Readonly<Record<number, string>>,
  status = 200,
): Record<number, unknown> {
  const body = jsonSchema(HttpErrorBody)
  const refused = Object.entries(failures).map(([code, description]) => [
    code,
    { ...body, description },
  ])
  return {
    [status]: { description: 'Done', ...jsonSchema(success) },
    ...Object.fromEntries(refused),
  }
}
