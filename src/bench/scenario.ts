import { z } from 'zod'
import { ChatwsError } from '../protocol/error.ts'
import { Id } from '../protocol/id.ts'
import { suggest } from '../protocol/suggestion.ts'
import { Thresholds } from './threshold.ts'

const positive = (what: string) => z.number().positive().describe(what)

/** Messages of one kind, sent at a steady rate by users drawn at random. */
const Traffic = z.strictObject({
  ratePerSecond: positive('Messages a second, over all users').max(100_000),
  chats: z.int().positive().default(10).describe('They go to chats 1 to this, drawn at random'),
  contentBytes: z
    .int()
    .min(48)
    .max(32_768)
    .default(100)
    .describe('Length of the content, in bytes; it carries a mark of at most 48'),
})
export type Traffic = z.infer<typeof Traffic>

/** A load test, as its file states it. */
export const Scenario = z.strictObject({
  $schema: z.string().optional().describe('The JSON Schema of scenario files, for editors'),
  name: z.string().min(1).describe('Stands at the head of the report'),
  description: z.string().optional().describe('What the scenario shows'),
  users: z.strictObject({
    count: z.int().positive().max(20_000).describe('Simulated users'),
    firstId: Id.default(1).describe('Their ids are this and the following'),
    connections: z
      .array(z.strictObject({ count: z.int().positive().max(100), weight: positive('Its share') }))
      .min(1)
      .default([{ count: 1, weight: 1 }])
      .describe('How many connections a user has: counts with their shares of the users'),
  }),
  rampSeconds: z.number().min(0).default(0).describe('Time over which the connections are opened'),
  durationSeconds: positive('Time during which messages are sent').max(86_400),
  drainSeconds: positive('The longest wait for what is still under way').max(600).default(10),
  chat: Traffic.optional().describe('Chat messages'),
  support: Traffic.optional().describe('Support messages'),
  thresholds: Thresholds.default({}).describe('Conditions for passing; metric to conditions'),
  seed: z.int().min(0).max(0xffffffff).default(1).describe('Makes the random choices repeatable'),
})
export type Scenario = z.infer<typeof Scenario>

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
  const problems = result.error.issues.flatMap((issue) => describeIssue(issue))
  throw new ChatwsError(
    'INVALID_SCENARIO',
    [`${file} has ${problems.length} problem(s):`, ...problems.map((line) => `  ${line}`)].join(
      '\n',
    ),
  )
}

function describeIssue(issue: z.core.$ZodIssue): string[] {
  const path = issue.path.length === 0 ? '' : formatPath(issue.path)
  if (issue.code !== 'unrecognized_keys') return [`${path || 'the file'}: ${issue.message}`]
  const known = keysAt(issue.path)
  return issue.keys.map((key) => {
    const suggestion = suggest(key, known)
    const hint = suggestion ? `did you mean ${suggestion}?` : `known here: ${known.join(', ')}`
    return `${path ? `${path}.` : ''}${key}: unknown, ${hint}`
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
    while (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional)
      schema = schema.unwrap() as z.ZodType
    if (part === undefined) break
    if (schema instanceof z.ZodArray) schema = schema.element as z.ZodType
    else if (schema instanceof z.ZodObject) schema = schema.shape[String(part)] as z.ZodType
  }
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
}
