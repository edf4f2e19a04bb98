/** Follows the code of an ERROR that refused a message, in results. */
const FOR_A_MESSAGE = ' for a message'

type Counts = Readonly<Record<string, number>>

/** ERROR frames as results have them: what refused a message has a name that says so. */
export function joinErrors(errors: Counts, refusals: Counts): Record<string, number> {
  const named = Object.entries(refusals).map(([code, count]) => [`${code}${FOR_A_MESSAGE}`, count])
  return { ...errors, ...Object.fromEntries(named) }
}

/** Of the errors of a result, those that refused no message: code → how often. */
export function errorsBesideRefusals(errors: Counts): [code: string, count: number][] {
  return Object.entries(errors).filter(([name]) => !name.endsWith(FOR_A_MESSAGE))
}
