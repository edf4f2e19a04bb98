import { z } from 'zod'
import { escapeUnsafe } from '../../protocol/escape-unsafe.ts'

/** A text that reports show, in which nothing drives a terminal. @param what describes it in the JSON Schema */
export const shownText = (what: string) => z.string().min(1).overwrite(escapeUnsafe).describe(what)
