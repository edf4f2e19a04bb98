import type { BenchResult } from '../result/bench-result.ts'
import { formatCount } from './format-number.ts'

/** Says how many connections stand behind the times of arrivals, where not all do. */
export function timedNote({ connections, timedConnections = connections }: BenchResult): string {
  if (timedConnections >= connections) return ''
  const counts = `${formatCount(timedConnections)} of ${formatCount(connections)} connections`
  return `arrivals timed on ${counts}, audited on all`
}
