/** One of those that wait, with its place in the order of arrival. */
interface Waiting<Item> {
  readonly item: Item
  readonly place: number
}

/** What waits of one sender, in order: what stands before `head` was taken. */
interface Line<Item> {
  items: Waiting<Item>[]
  head: number
}

/** Taken items of a line that are cut off at once: to cut costs the length of what is left. */
const CUT = 1_024

/**
 * Items that wait in a line for each sender. They are taken from all lines in turn, so that who sends
 * little does not wait for all that another sent at once.
 */
export class FairQueue<Item> {
  /** Sender → its line; whose turn it is stands first. */
  readonly #lines = new Map<number, Line<Item>>()
  #arrived = 0
  #size = 0

  get size(): number {
    return this.#size
  }

  /** The place that the next item will get. */
  get end(): number {
    return this.#arrived
  }

  /** The place of the item that has waited for longest; `end` where none waits. */
  get first(): number {
    let first = this.#arrived
    for (const { items, head } of this.#lines.values()) first = Math.min(first, items[head]!.place)
    return first
  }

  push(sender: number, item: Item): void {
    const waiting = { item, place: this.#arrived++ }
    const line = this.#lines.get(sender)
    if (line) line.items.push(waiting)
    else this.#lines.set(sender, { items: [waiting], head: 0 })
    this.#size += 1
  }

  /**
   * Takes items while `isWanted` says so of the next one; they come in the order of arrival, and those of
   * a sender are the first of its line.
   */
  takeWhile(isWanted: (item: Item, count: number) => boolean): Item[] {
    const taken: Waiting<Item>[] = []
    for (const [sender, line] of this.#lines) {
      const next = line.items[line.head]!
      if (!isWanted(next.item, taken.length)) break
      taken.push(next)
      this.#shift(sender, line)
    }
    this.#size -= taken.length
    return taken.sort((a, b) => a.place - b.place).map(({ item }) => item)
  }

  /** Takes the first of a line, which is then the last to have its turn again. */
  #shift(sender: number, line: Line<Item>): void {
    line.head += 1
    this.#lines.delete(sender)
    if (line.head === line.items.length) return
    if (line.head >= CUT) {
      line.items = line.items.slice(line.head)
      line.head = 0
    }
    // Who goes through a map comes to what was put in meanwhile.
    this.#lines.set(sender, line)
  }
}
