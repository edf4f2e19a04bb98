/** The findings of which the sum over all generators is what counts. */
const SUMMED = [
  'missing',
  'leaked',
  'duplicate',
  'reordered',
  'corrupt',
  'misrouted',
  'ambiguous',
  'resumeFailed',
  'falseOffline',
  'flaps',
  'wrongAcks',
  'unacknowledged',
] as const

const BY_REASON = ['lost', 'expectedLosses', 'failedConnects', 'ownFaults', 'errors'] as const

type Sums = Record<(typeof SUMMED)[number], number> &
  Record<(typeof BY_REASON)[number], Record<string, number>>

/** Adds up what the generators, or the machines of a run, found. */
export function addFindings(findings: readonly Readonly<Sums>[]): Sums {
  const sums = Object.fromEntries(
    SUMMED.map((name) => [name, findings.reduce((sum, one) => sum + one[name], 0)]),
  )
  const reasons = Object.fromEntries(
    BY_REASON.map((name) => [name, addReasons(findings.map((one) => one[name]))]),
  )
  return { ...sums, ...reasons } as Sums
}

/** Adds up counts by reason. */
export function addReasons(
  all: readonly Readonly<Record<string, number>>[],
): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const reasons of all)
    for (const [reason, count] of Object.entries(reasons))
      sums[reason] = (sums[reason] ?? 0) + count
  return sums
}
