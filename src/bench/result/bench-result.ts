import { z } from 'zod'
import { FIGURES, LATENCIES } from '../metrics/registry.ts'
import { COLUMNS, type Column, type ColumnName, type UnsureColumn } from '../metrics/series.ts'

const count = z.int().nonnegative()
const reasons = z.record(z.string(), count)

const Latency = z.object({
  count,
  p50: z.number(),
  p95: z.number(),
  p99: z.number(),
  'p99.9': z.number(),
  max: z.number(),
  mean: z.number(),
  histogram: z
    .object({
      count,
      max: z.number(),
      sum: z.number(),
      buckets: z.array(z.tuple([count, count]).readonly()).readonly(),
    })
    .describe(
      'Microseconds. Bucket b below 128 counts the value b; above, with o = floor(b / 128), it ' +
        'counts from (128 + b mod 128) × 2^(o-1) on, 2^(o-1) values. Histograms add.',
    ),
})

const ThresholdResult = z.object({
  metric: z.string(),
  condition: z.string(),
  actual: z.number().optional().describe('Absent when nothing was measured, which fails'),
  isMet: z.boolean(),
  isDeferred: z
    .literal(true)
    .optional()
    .describe('Of one shard alone it says nothing: it is judged once all are merged'),
})
export type ThresholdResult = z.infer<typeof ThresholdResult>

const ComparisonRow = z.object({
  metric: z.string().describe('Metric and aggregate: delivery_ms p99'),
  before: z.number(),
  after: z.number(),
  changePercent: z.number().describe('Of the earlier figure'),
  isJudged: z.boolean().describe('false: shown only, as of too few values or no mark of quality'),
  isRegression: z.boolean(),
})
export type ComparisonRow = z.infer<typeof ComparisonRow>

const Comparison = z.object({
  baseline: z.string().describe('When the earlier run started'),
  maxRegressionPercent: z.number(),
  rows: z.array(ComparisonRow),
  warnings: z.array(z.string()).describe('What makes the two less comparable'),
})
export type Comparison = z.infer<typeof Comparison>

const COLUMN_SCHEMAS = {
  count,
  number: z.number(),
  'number or unknown': z.number().optional(),
}

const columns = Object.entries<Column>(COLUMNS).map(([name, { kind, what }]) => [
  name,
  what === undefined ? COLUMN_SCHEMAS[kind] : COLUMN_SCHEMAS[kind].describe(what),
])

const Second = z.object({
  second: z.int().nonnegative().describe('From the start of the phases'),
  phase: z.string(),
  ...(Object.fromEntries(columns) as Record<Exclude<ColumnName, UnsureColumn>, z.ZodNumber> &
    Record<UnsureColumn, z.ZodOptional<z.ZodNumber>>),
})
export type Second = z.infer<typeof Second>

const AuditFindings = z.object({
  sent: count,
  acknowledged: count,
  refused: count,
  unacknowledged: count,
  unsent: count,
  delivered: count,
  missing: count.describe('Durable events that a connection should have been sent and was not'),
  leaked: count
    .default(0)
    .describe('Sent to connections whose users may not read it; absent: by an older version'),
  duplicate: count,
  reordered: count,
  corrupt: count.describe('Frames that are not as others had them, or not as they were sent'),
  misrouted: count.describe('Frames that were for another connection'),
  ambiguous: count.describe('Events under way when a connection left: neither right nor wrong'),
  resumeFailed: count.describe('Events lost because the server could not resume'),
  wrongAcks: count,
  notInDatabase: count.optional().describe('Acknowledged and not there; absent: not looked'),
  differsFromDatabase: count.optional().describe('Sent otherwise than it stands in the database'),
  notSeenOnline: count.optional().describe('(Connection, user) pairs; absent: not judged'),
  notSeenOffline: count.optional(),
  ghosts: count.optional().describe('Users still held online when all had left'),
  falseOffline: count,
  flaps: count,
  serverDisagrees: z.array(z.string()).describe("Counts of the server's that are not the clients'"),
  lost: reasons.describe('Why connections ended although nobody asked them to'),
  expectedLosses: reasons,
  failedConnects: reasons,
  ownFaults: reasons.describe('What this machine lacked'),
  errors: reasons.describe('ERROR frames by code'),
})
export type AuditFindings = z.infer<typeof AuditFindings>

/** What a run measured and found, as it is written to a file. */
export const BenchResult = z.object({
  version: z.literal(1),
  scenario: z.object({
    name: z.string(),
    description: z.string().optional(),
    hash: z.string().describe('Of the whole scenario: results of others are not compared'),
    seed: z.number(),
    plannedSeconds: z.number(),
  }),
  startedAt: z.string(),
  elapsedSeconds: z.number(),
  isInterrupted: z.boolean(),
  abortedBy: z.string().optional().describe('The condition that ended the run early'),
  shards: z
    .array(z.string())
    .describe('Which parts of the users this result is of: ["1/1"] is all'),
  isOwnServer: z.boolean(),
  host: z.object({
    name: z.string(),
    cpu: z.string(),
    cores: z.number(),
    memoryMb: z.number(),
    platform: z.string(),
    node: z.string(),
  }),
  workers: count,
  users: count,
  connections: count.describe('The most that were open at a time'),
  timedConnections: count
    .optional()
    .describe('On how many of them arrivals were timed; absent: on all'),
  exitCode: z.int(),
  thresholds: z.array(ThresholdResult),
  verdict: z.object({
    verdict: z.enum(['VALID', 'SUSPECT', 'INVALID']),
    reasons: z.array(z.string()),
  }),
  audit: AuditFindings,
  problems: z.array(z.string()).describe('What the audit holds against the run, in words'),
  latencies: z.record(z.enum(Object.keys(LATENCIES) as [string, ...string[]]), Latency.optional()),
  values: z.record(z.enum(Object.keys(FIGURES) as [string, ...string[]]), z.number().optional()),
  series: z.array(Second),
  comparison: Comparison.optional().describe('With the result that --baseline names'),
})
export type BenchResult = z.infer<typeof BenchResult>

/** Exit codes of a run. */
export const BENCH_EXIT = {
  pass: 0,
  invalid: 97,
  auditFailed: 98,
  thresholdFailed: 99,
  interrupted: 130,
} as const

/** What the run's process should exit with. */
export function exitCodeOf(
  result: Pick<BenchResult, 'isInterrupted' | 'verdict' | 'problems' | 'thresholds' | 'comparison'>,
): number {
  if (result.isInterrupted) return BENCH_EXIT.interrupted
  if (result.verdict.verdict === 'INVALID') return BENCH_EXIT.invalid
  if (result.problems.length > 0) return BENCH_EXIT.auditFailed
  const hasRegressed = result.comparison?.rows.some(({ isRegression }) => isRegression) === true
  if (hasRegressed || result.thresholds.some(({ isMet }) => !isMet))
    return BENCH_EXIT.thresholdFailed
  return BENCH_EXIT.pass
}

/** The JSON Schema of result files, as text. */
export function resultJsonSchema(): string {
  const schema = z.toJSONSchema(BenchResult, { override: ({ jsonSchema }) => nameKeys(jsonSchema) })
  return `${JSON.stringify(schema, null, 2)}\n`
}

/** Says each key of a record whose keys are known, as strict validators want it. */
function nameKeys(schema: z.core.JSONSchema.BaseSchema): void {
  const { propertyNames, additionalProperties: value } = schema
  if (typeof propertyNames !== 'object' || !propertyNames.enum || value === undefined) return
  const keys = propertyNames.enum.map(String)
  schema.properties = Object.fromEntries(keys.map((key) => [key, value]))
  schema.additionalProperties = false
  delete schema.propertyNames
}
