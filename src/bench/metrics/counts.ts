import { COUNTS, FIGURES } from './registry.ts'

type CounterName = Extract<(typeof FIGURES)[keyof typeof FIGURES]['from'], string>

/** What generators count: what figures are made of, and every counter of the registry. */
export type GeneratorCounts = Record<keyof typeof COUNTS | CounterName, number>

/** What a generator has counted at the start. */
export function emptyCounts(): GeneratorCounts {
  const counters = Object.values(FIGURES).flatMap(({ from }) =>
    typeof from === 'string' ? [[from, 0] as const] : [],
  )
  return { ...COUNTS, ...(Object.fromEntries(counters) as Record<CounterName, number>) }
}
