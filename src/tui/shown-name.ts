import { sanitizeLine } from './sanitize.ts'

/**
 * A name, or a title, as it can stand in `<…>` on a line: without what controls a terminal, and without
 * the brackets, behind which it could go on as if another one spoke.
 */
export function shownName(name: string): string {
  return sanitizeLine(name).replaceAll('<', '‹').replaceAll('>', '›')
}
