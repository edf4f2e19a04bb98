/** Which users are meant to be here, by behaviour, so that one can be drawn at once. */
export class PresencePlan {
  /** Behaviour → the users that are here. */
  readonly #here: number[][]
  readonly #behaviourOf: Uint16Array
  /** User → its place in the list of its behaviour; -1 while it is away. */
  readonly #placeOf: Int32Array
  #count = 0
  #cursor = 0

  constructor(behaviourOf: Uint16Array, behaviourCount: number) {
    this.#behaviourOf = behaviourOf
    this.#here = Array.from({ length: behaviourCount }, () => [])
    this.#placeOf = new Int32Array(behaviourOf.length).fill(-1)
  }

  get count(): number {
    return this.#count
  }

  isHere(user: number): boolean {
    return this.#placeOf[user]! >= 0
  }

  join(user: number): void {
    const here = this.#here[this.#behaviourOf[user]!]!
    this.#placeOf[user] = here.push(user) - 1
    this.#count += 1
  }

  leave(user: number): void {
    const here = this.#here[this.#behaviourOf[user]!]!
    const place = this.#placeOf[user]!
    const last = here.pop()!
    if (last !== user) {
      here[place] = last
      this.#placeOf[last] = place
    }
    this.#placeOf[user] = -1
    this.#count -= 1
  }

  /** A user with a behaviour that is here, or undefined. @param point in [0, 1) */
  draw(behaviour: number, point: number): number | undefined {
    const here = this.#here[behaviour]!
    return here[Math.floor(point * here.length)]
  }

  /** The `turn`-th user with a behaviour that is here, round and round; undefined without any. */
  inTurn(behaviour: number, turn: number): number | undefined {
    const here = this.#here[behaviour]!
    return here.length === 0 ? undefined : here[turn % here.length]
  }

  howMany(behaviour: number): number {
    return this.#here[behaviour]!.length
  }

  /** The next user that is away, round and round; undefined when all are here. */
  nextAway(): number | undefined {
    const size = this.#placeOf.length
    if (this.#count === size) return undefined
    while (this.isHere(this.#cursor)) this.#cursor = (this.#cursor + 1) % size
    const user = this.#cursor
    this.#cursor = (this.#cursor + 1) % size
    return user
  }

  /** The user that came last of those still here, by index. */
  lastHere(): number | undefined {
    for (let user = this.#placeOf.length - 1; user >= 0; user--) if (this.isHere(user)) return user
    return undefined
  }
}
