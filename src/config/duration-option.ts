import { z } from 'zod'

const UNITS_MS: Readonly<Record<string, number>> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

const CENTURY_MS = 36_525 * UNITS_MS.d!

/** A time span like `90d` (m, h, d or w), as milliseconds. */
export function duration(minimumMs: number, minimum: string) {
  const message = 'must be like 12h, 90d or 52w'
  return z
    .string({ error: ({ input }) => (input === undefined ? 'is required' : message) })
    .regex(/^\d{1,9}[mhdw]$/, message)
    .transform((text) => Number(text.slice(0, -1)) * UNITS_MS[text.at(-1)!]!)
    .refine((spanMs) => spanMs >= minimumMs, `must be ${minimum} at least`)
    .refine((spanMs) => spanMs <= CENTURY_MS, 'must be a hundred years at most')
}
