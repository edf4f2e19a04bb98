/** What a virtual list is to show next, on its way to a new list of items. */
export interface Step<Item> {
  readonly rows: readonly Item[]
  /** Whether all that differs from what is shown is at the start, so that what is read stays in place. */
  readonly isShift: boolean
}

/**
 * The next step from the rows that are shown to those that are wanted. A change at the start and one at
 * the end are two steps: a list can keep its place from one of its ends only.
 */
export function nextStep<Item>(
  shown: readonly Item[],
  wanted: readonly Item[],
  keyOf: (item: Item) => string,
): Step<Item> {
  const added = addedAtStart(shown, wanted, keyOf)
  if (added === 0) return { rows: wanted, isShift: false }
  const length = shown.length + added
  const rows = length === wanted.length ? wanted : wanted.slice(0, length)
  return { rows, isShift: true }
}

/** How many rows more stand before the first that stays; below 0 where some were taken away. */
function addedAtStart<Item>(
  shown: readonly Item[],
  wanted: readonly Item[],
  keyOf: (item: Item) => string,
): number {
  const [first, next] = [shown[0], wanted[0]]
  if (first === undefined || next === undefined || keyOf(first) === keyOf(next)) return 0
  const places = new Map(wanted.map((item, i) => [keyOf(item), i]))
  const stays = shown.findIndex((item) => places.has(keyOf(item)))
  return stays < 0 ? 0 : places.get(keyOf(shown[stays]!))! - stays
}
