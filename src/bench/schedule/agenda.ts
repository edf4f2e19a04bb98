/** Something that is due. */
interface Item<T> {
  readonly dueUs: number
  /** Orders what is due at the same time by when it was added. */
  readonly order: number
  readonly value: T
}

/** What is to be done, taken out in the order in which it is due: a binary heap. */
export class Agenda<T> {
  readonly #heap: Item<T>[] = []
  #order = 0

  get nextDueUs(): number {
    return this.#heap[0]?.dueUs ?? Number.POSITIVE_INFINITY
  }

  /** Something that is due at Infinity is never due, and not kept. */
  add(dueUs: number, value: T): void {
    if (dueUs === Number.POSITIVE_INFINITY) return
    const heap = this.#heap
    let index = heap.push({ dueUs, order: this.#order++, value }) - 1
    while (index > 0) {
      const parent = (index - 1) >>> 1
      if (!isBefore(heap[index]!, heap[parent]!)) return
      swap(heap, index, parent)
      index = parent
    }
  }

  /** Takes out what is due first; undefined when nothing is left. */
  take(): { readonly dueUs: number; readonly value: T } | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === first) return first
    heap[0] = last!
    let index = 0
    for (;;) {
      const left = 2 * index + 1
      const right = left + 1
      let least = index
      if (left < heap.length && isBefore(heap[left]!, heap[least]!)) least = left
      if (right < heap.length && isBefore(heap[right]!, heap[least]!)) least = right
      if (least === index) return first
      swap(heap, index, least)
      index = least
    }
  }
}

function isBefore<T>(a: Item<T>, b: Item<T>): boolean {
  return a.dueUs < b.dueUs || (a.dueUs === b.dueUs && a.order < b.order)
}

function swap<T>(heap: Item<T>[], a: number, b: number): void {
  const kept = heap[a]!
  heap[a] = heap[b]!
  heap[b] = kept
}
