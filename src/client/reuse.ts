/**
 * What was handed out before, where it says the same as `now`: whoever compares the two finds no change
 * where there is none.
 */
export function reuse<Value>(before: Value | undefined, now: Value): Value {
  return before !== undefined && isSame(before, now) ? before : now
}

/** The same of an object, and of each of its parts. */
export function reuseParts<Whole extends object>(before: Whole | undefined, now: Whole): Whole {
  const shared = { ...now }
  for (const key of Object.keys(now) as (keyof Whole)[])
    shared[key] = reuse(before?.[key], now[key])
  return reuse(before, shared)
}

/** Looks into arrays, maps and plain objects. */
function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true
  if (typeof one !== 'object' || typeof other !== 'object' || !one || !other) return false
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((item, i) => isSame(item, other[i]))
  const [ours, theirs] = [entriesOf(one), entriesOf(other)]
  if (ours.size !== theirs.size) return false
  for (const [key, value] of ours)
    if (!theirs.has(key) || !isSame(value, theirs.get(key))) return false
  return true
}

function entriesOf(value: object): ReadonlyMap<unknown, unknown> {
  return value instanceof Map ? value : new Map(Object.entries(value))
}
