import { z } from 'zod'

/** Below this, above 0: what a rate or time of it would come to is nothing, or more than can be. */
const LEAST = 1e-6

/** A number above 0. @param what describes it in the JSON Schema */
export const positive = (what: string) =>
  z
    .number()
    .positive()
    .refine((value) => value <= 0 || value >= LEAST, `must be at least ${LEAST}`)
    .describe(what)
