/** Steps that wait for a turn of the event loop, in order; undefined while none has begun in this one. */
let waiting: (() => void)[] | undefined

/**
 * Resolves at once where no step has begun in this turn of the event loop, otherwise as `nextTurn`. SQLite
 * answers within the turn in which it is asked, so questions that come at once would be one long turn.
 */
export function ownTurn(): Promise<void> {
  if (waiting) return nextTurn()
  begin()
  return Promise.resolve()
}

/**
 * Resolves in a later turn in which no other step begins: with `setImmediate`, the steps of many questions
 * would meet in one turn.
 */
export function nextTurn(): Promise<void> {
  const turns = waiting ?? begin()
  return new Promise((resolve) => turns.push(resolve))
}

function begin(): (() => void)[] {
  waiting = []
  setImmediate(endTurn)
  return waiting
}

function endTurn(): void {
  const next = waiting!.shift()
  if (next) {
    setImmediate(endTurn)
    next()
  } else waiting = undefined
}
