import type { Memberships } from './memberships.ts'

/** In which chats users are meant to write: those that they are not about to lose. */
export class MembershipPlan {
  readonly #memberships: Memberships
  /** User → its chats, once they differ from those at the start. */
  readonly #changed = new Map<number, readonly number[]>()

  constructor(memberships: Memberships) {
    this.#memberships = memberships
  }

  /** A chat of the user. @param point in [0, 1); undefined when it has none */
  draw(user: number, point: number): number | undefined {
    const chats = this.#chatsOf(user)
    return chats[Math.floor(point * chats.length)]
  }

  /**
   * A member that may go: not the owner, who is there to bring others back, and none that is on the
   * way out already. @param points two numbers in [0, 1)
   */
  drawMember(points: readonly [number, number]): { chat: number; member: number } | undefined {
    const { membersOf } = this.#memberships
    const chat = Math.floor(points[0] * membersOf.length)
    const [, ...others] = membersOf[chat]!
    const member = others[Math.floor(points[1] * others.length)]
    if (member === undefined || !this.#chatsOf(member).includes(chat)) return undefined
    return { chat, member }
  }

  ownerOf(chat: number): number {
    return this.#memberships.membersOf[chat]![0]!
  }

  takeOut(user: number, chat: number): void {
    this.#changed.set(
      user,
      this.#chatsOf(user).filter((one) => one !== chat),
    )
  }

  takeIn(user: number, chat: number): void {
    this.#changed.set(user, [...this.#chatsOf(user), chat])
  }

  #chatsOf(user: number): readonly number[] {
    return this.#changed.get(user) ?? this.#memberships.chatsOf[user]!
  }
}
