import { createHash } from 'node:crypto'
import type { Scenario } from '../scenario/scenario.ts'

/** Tells scenarios apart by what they do, whatever is said of them and asked of the server. */
export function hashScenario({
  $schema: _,
  description: __,
  thresholds: ___,
  ...scenario
}: Scenario): string {
  return createHash('sha256').update(JSON.stringify(scenario)).digest('hex').slice(0, 16)
}
