/** What changes and tells so. */
export interface Subscribable {
  subscribe(listener: () => void): () => void
}

/**
 * A value to be shown: immutable, and the same until it changed, as React's `useSyncExternalStore`
 * wants it.
 */
export interface Readable<Value> extends Subscribable {
  readonly get: () => Value
  /** What is shown before anything is known, and where nothing can be: on a server. */
  readonly start: Value
}

/** A value computed of what changes: it stays the same as long as it comes to the same. */
export function derive<Value>(
  sources: readonly Subscribable[],
  start: Value,
  compute: () => Value,
): Readable<Value> {
  let last = start
  return {
    start,
    get: () => {
      last = keep(last, compute())
      return last
    },
    subscribe: (listener) => {
      const ends = sources.map((source) => source.subscribe(listener))
      return () => {
        for (const end of ends) end()
      }
    },
  }
}

/** The same value, for which something is done as long as anyone listens: each begins, and ends it. */
export function whileRead<Value>(value: Readable<Value>, begin: () => () => void): Readable<Value> {
  return {
    ...value,
    subscribe: (listener) => {
      const end = value.subscribe(listener)
      const done = begin()
      return () => {
        done()
        end()
      }
    },
  }
}

/** The value before where the one after is the same, and of an object what is the same in it. */
export function keep<Value>(before: Value, after: Value, depth = 1): Value {
  if (Object.is(before, after)) return before
  if (Array.isArray(before) && Array.isArray(after))
    return isSameList(before, after) ? before : after
  if (depth < 0 || !isPlain(before) || !isPlain(after)) return after
  const kept: Record<string, unknown> = {}
  let isSame = Object.keys(before).length === Object.keys(after).length
  for (const [key, value] of Object.entries(after)) {
    kept[key] = keep(before[key], value, depth - 1)
    isSame &&= Object.is(kept[key], before[key]) && key in before
  }
  return isSame ? before : (kept as Value)
}

function isSameList(before: readonly unknown[], after: readonly unknown[]): boolean {
  return before.length === after.length && before.every((value, i) => Object.is(value, after[i]))
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  )
}
