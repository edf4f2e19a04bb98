import { z } from 'zod'
import { LATENCY_AGGREGATES } from '../metrics/latency-summary.ts'
import { FIGURES, LATENCIES, type MetricName } from '../metrics/registry.ts'

/** What other load testers call an aggregate → what it is called here. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  avg: 'mean',
  med: 'p50',
  median: 'p50',
  count: 'value',
  rate: 'value',
}

const conditionOf = (aggregates: readonly string[], example: string) => {
  const pattern = new RegExp(
    `^(${aggregates.map((name) => name.replace('.', '\\.')).join('|')})\\s*(<=|>=|<|>)\\s*(\\d+(?:\\.\\d+)?)$`,
  )
  const choice = aggregates.length > 1 ? `, with one of ${aggregates.join(', ')}` : ''
  return z
    .string()
    .regex(pattern, {
      error: ({ input }) => {
        const guess = guessCondition(String(input))
        const hint = pattern.test(guess) ? `: did you mean "${guess}"?` : ''
        return `must be like "${example}"${choice}, not "${input}"${hint}`
      },
    })
    .meta({ examples: [example] })
}

/** A condition as it would be written here: `p(95) < 200ms` or `avg<200` in other load testers. */
function guessCondition(text: string): string {
  const match = /^([a-z]+)\(?([\d.]*)\)?\s*([<>]=?)\s*([\d.]+)\s*(?:ms)?$/i.exec(text.trim())
  if (!match) return text
  const [, name, number, operator, limit] = match
  const aggregate = name!.toLowerCase()
  return `${OTHER_NAMES[aggregate] ?? aggregate}${number}${operator}${limit}`
}

const conditionsOf = (aggregates: readonly string[], example: string) => {
  const condition = conditionOf(aggregates, example)
  const aborting = z.strictObject({
    condition,
    abortOnFail: z.boolean().default(true).describe('Ends the run as soon as it fails'),
    afterSeconds: z.number().min(0).default(5).describe('Not before so much of the run'),
  })
  return z
    .array(
      z.union([condition, aborting], {
        error: `must be like "${example}" or {"condition": "${example}", "abortOnFail": true}`,
      }),
    )
    .min(1)
    .optional()
}

function shapeOf<Name extends string>(
  metrics: Readonly<Record<Name, { readonly what: string }>>,
  schema: ReturnType<typeof conditionsOf>,
): Record<Name, typeof schema> {
  const entries = Object.entries<{ what: string }>(metrics).map(([name, { what }]) => [
    name,
    schema.describe(what),
  ])
  return Object.fromEntries(entries)
}

/** Metric → conditions such as `p99<500`, all of which must hold. */
export const Thresholds = z.strictObject({
  ...shapeOf(LATENCIES, conditionsOf(LATENCY_AGGREGATES, 'p99<500')),
  ...shapeOf(FIGURES, conditionsOf(['value'], 'value>1000')),
})
export type Thresholds = z.infer<typeof Thresholds>

/** One condition, taken apart. */
export interface Threshold {
  readonly metric: MetricName
  /** As the file states it. */
  readonly condition: string
  readonly aggregate: string
  readonly operator: '<' | '<=' | '>' | '>='
  readonly limit: number
  /** Seconds of the run after which a failure ends it; undefined when it does not. */
  readonly abortAfterSeconds: number | undefined
}

/** Every condition of a scenario, in the order of the file. */
export function listThresholds(thresholds: Thresholds): Threshold[] {
  return Object.entries(thresholds).flatMap(([metric, conditions]) =>
    (conditions ?? []).map((given): Threshold => {
      const { condition, abortOnFail, afterSeconds } =
        typeof given === 'string'
          ? { condition: given, abortOnFail: false, afterSeconds: 0 }
          : given
      const [, aggregate, operator, limit] = /^([a-z0-9.]+)\s*([<>]=?)\s*(.+)$/.exec(condition)!
      return {
        metric: metric as Threshold['metric'],
        condition,
        aggregate: aggregate!,
        operator: operator as Threshold['operator'],
        limit: Number(limit),
        abortAfterSeconds: abortOnFail ? afterSeconds : undefined,
      }
    }),
  )
}
