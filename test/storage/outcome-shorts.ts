import type { Outcome } from '../../src/storage/store.ts'

/** What became of each entry, in short: its offset, `=offset` when repeated, or the refusal. */
export function shorts(outcomes: readonly Outcome[]): string[] {
  return outcomes.map((outcome) =>
    'entry' in outcome ? `${outcome.repeated ? '=' : ''}${outcome.entry.offset}` : outcome.refused,
  )
}
