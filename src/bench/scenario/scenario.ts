import { createHash } from 'node:crypto'
import { z } from 'zod'
import { escapeUnsafe } from '../../protocol/escape-unsafe.ts'
import { Id } from '../../protocol/id.ts'
import { Behaviour } from './behaviour.ts'
import { Chats } from './chats.ts'
import { Phase } from './phase.ts'
import { positive } from './positive.ts'
import { shownText } from './shown-text.ts'
import { Thresholds } from './threshold.ts'

const Users = z.strictObject({
  count: z.int().positive().max(100_000).describe('Simulated users'),
  firstId: Id.default(1).describe('Their ids are this and the following, unless a feed names them'),
  connections: z
    .array(z.strictObject({ count: z.int().positive().max(100), weight: positive('Its share') }))
    .min(1)
    .default([{ count: 1, weight: 1 }])
    .describe('How many connections a user has: counts with their shares of the users'),
  feed: z
    .string()
    .optional()
    .describe('A CSV file beside this one, with a header: user_id, and token where needed'),
})

const Http = z.strictObject({
  connections: z.int().positive().max(1_000).default(2).describe('Requests under way at a time'),
  requests: z
    .array(
      z.strictObject({
        path: z.string().regex(/^\//, 'must begin with /').describe('Path and query'),
        method: z.enum(['GET', 'POST', 'PUT', 'DELETE', 'HEAD']).default('GET'),
        headers: z.record(z.string(), z.string()).optional(),
        body: z.string().optional(),
      }),
    )
    .min(1)
    .describe('Made one after the other, over and over'),
  idleSeconds: z
    .number()
    .min(0)
    .max(600)
    .default(2)
    .describe('They are also made so long before anybody connects, to compare'),
  timeoutSeconds: positive('A request that takes longer has failed').max(600).default(10),
})
export type Http = z.infer<typeof Http>

const Audit = z.strictObject({
  presence: z.boolean().default(true).describe('Whether rosters must agree with who is connected'),
  database: z
    .boolean()
    .default(true)
    .describe('Whether all that was acknowledged is read back from a server that bench started'),
  allowCloses: z
    .array(z.int().min(1000).max(4999))
    .default([])
    .describe('Close codes that are part of the scenario; such connections come back and resume'),
  timedConnections: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(8)
    .describe(
      'On how many connections, spread over all, it is timed when something arrives. The others ' +
        'check all that they are sent, too, but read it less often, which costs less',
    ),
  reconnect: z
    .boolean()
    .default(true)
    .describe('Whether a connection that was lost comes back and resumes, as a client would'),
})

/** A load test, as its file states it. */
export const Scenario = z.strictObject({
  $schema: z.string().optional().describe('The JSON Schema of scenario files, for editors'),
  name: shownText('Stands at the head of the report'),
  description: z.string().overwrite(escapeUnsafe).optional().describe('What the scenario shows'),
  seed: z.int().min(0).max(0xffffffff).default(1).describe('Makes random choices repeatable'),
  users: Users.describe('Who takes part'),
  chats: Chats.optional().describe(
    'Chats with members, where users write only in those that they are in; without it everyone is ' +
      'sent all',
  ),
  phases: z.array(Phase).min(1).describe('What happens, one after the other'),
  behaviours: z
    .array(Behaviour)
    .min(1)
    .default([{ name: 'idle', weight: 1 }])
    .describe('What users do; each user has one of them, by weight'),
  http: Http.optional().describe('HTTP requests while the load runs'),
  drainSeconds: positive('The longest wait for what is still under way').max(600).default(10),
  audit: Audit.prefault({}).describe('What the audit looks at'),
  thresholds: Thresholds.default({}).describe('Conditions for passing; metric to conditions'),
})
export type Scenario = z.infer<typeof Scenario>

/** Seconds that a scenario's phases take, without the idle HTTP requests and the drain. */
export function phaseSeconds({ phases }: Scenario): number {
  return phases.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0)
}

/** Tells scenarios apart by what they do, whatever is said of them and asked of the server. */
export function hashScenario({
  $schema: _,
  description: __,
  thresholds: ___,
  ...scenario
}: Scenario): string {
  return createHash('sha256').update(JSON.stringify(scenario)).digest('hex').slice(0, 16)
}

/** The JSON Schema of scenario files, as text. */
export function scenarioJsonSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(Scenario, { io: 'input' }), null, 2)}\n`
}
