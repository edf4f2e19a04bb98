/** Key of a field → what its value stands for, where a document cannot know it. */
const KINDS: Readonly<Record<string, string>> = {
  id: 'message',
  message_id: 'message',
  support_message_id: 'message',
  reply_to: 'message',
  delivered: 'message',
  read: 'message',
  offset: 'offset',
  since: 'offset',
  epoch: 'epoch',
  sessionId: 'any',
  waiting_seconds: 'any',
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/**
 * What the values of a document's examples are on a real server. An id, offset or epoch that the
 * document shows stands for one real value, wherever it shows it; times stand for any time, a `…`
 * in a text for anything, and everything else for itself.
 */
export class ExampleValues {
  /** Kind and documented value → the real one */
  #real = new Map<string, unknown>()

  /** What to send for a documented value of a field. */
  toReal(documented: unknown, key = ''): unknown {
    if (Array.isArray(documented)) return documented.map((value) => this.toReal(value))
    if (typeof documented === 'object' && documented !== null)
      return Object.fromEntries(
        Object.entries(documented).map(([name, value]) => [
          name,
          this.toReal(value, kindName(name, documented)),
        ]),
      )
    return this.#real.get(`${KINDS[key]} ${documented}`) ?? documented
  }

  /** Whether a real frame is the documented one; what that tells of values is kept. */
  matches(documented: unknown, real: unknown): boolean {
    const before = this.#real
    this.#real = new Map(before)
    const isSame = this.#isSame(documented, real, '')
    if (!isSame) this.#real = before
    return isSame
  }

  #isSame(documented: unknown, real: unknown, key: string): boolean {
    if (Array.isArray(documented))
      return (
        Array.isArray(real) &&
        documented.length === real.length &&
        documented.every((value, i) => this.#isSame(value, real[i], ''))
      )
    if (typeof documented === 'object' && documented !== null)
      return this.#isSameObject(documented, real)
    if (typeof documented !== typeof real) return false
    const kind = KINDS[key]
    if (kind && documented !== 0) return kind === 'any' || this.#stands(kind, documented, real)
    return typeof documented === 'string'
      ? isSameText(documented, String(real))
      : documented === real
  }

  #isSameObject(documented: object, real: unknown): boolean {
    if (typeof real !== 'object' || real === null) return false
    const entries = Object.entries(documented)
    return (
      entries.length === Object.keys(real).length &&
      entries.every(
        ([name, value]) =>
          Object.hasOwn(real, name) &&
          this.#isSame(value, Reflect.get(real, name), kindName(name, documented)),
      )
    )
  }

  /** Whether a documented value stands for a real one, and no other for the same. */
  #stands(kind: string, documented: unknown, real: unknown): boolean {
    const key = `${kind} ${documented}`
    if (this.#real.has(key)) return this.#real.get(key) === real
    this.#real.set(key, real)
    return true
  }
}

/** A page of search goes back by offsets, all other pages by ids. */
function kindName(name: string, frame: object): string {
  if (name !== 'before') return name
  return Reflect.get(frame, 'type') === 'SEARCH' ? 'offset' : 'id'
}

function isSameText(documented: string, real: string): boolean {
  if (TIME.test(documented)) return TIME.test(real)
  const [start, end] = documented.split('…')
  if (end === undefined) return documented === real
  return real.length >= start!.length + end.length && real.startsWith(start!) && real.endsWith(end)
}
