import type { GeneratorCounts } from './counts.ts'
import {
  type Circumstances,
  FIGURES,
  type Figure,
  type FigureName,
  type Measured,
} from './registry.ts'

const ROWS = Object.entries(FIGURES) as [FigureName, Figure][]

/** Figures by name; undefined where one could not be measured. */
export type Figures = Readonly<Record<string, number | undefined>>

/** The figures of a run, as far as it has come. */
export function readFigures(
  measured: Measured & { readonly counts: GeneratorCounts },
  circumstances: Circumstances,
): Figures {
  const read = ({ from }: Figure) =>
    typeof from === 'string'
      ? measured.counts[from as keyof GeneratorCounts]
      : from(measured, circumstances)
  return Object.fromEntries(ROWS.map(([name, row]) => [name, read(row)]))
}

/**
 * The figures of several shards as one. What no part measured stays unknown.
 * @param totals what all of them counted together
 */
export function mergeFigures(
  parts: readonly Figures[],
  totals: { readonly acknowledged: number; readonly delivered: number },
): Record<string, number> {
  const merge = (name: FigureName, { merge }: Figure) => {
    if (merge !== 'sum') return merge(totals)
    const known = parts.flatMap((figures) => figures[name] ?? [])
    return known.length > 0 ? known.reduce((a, b) => a + b) : undefined
  }
  return Object.fromEntries(
    ROWS.flatMap(([name, row]) => {
      const merged = merge(name, row)
      return merged === undefined ? [] : [[name, merged]]
    }),
  )
}
