import { z } from 'zod'

/** A number above 0. @param what describes it in the JSON Schema */
export const positive = (what: string) => z.number().positive().describe(what)
