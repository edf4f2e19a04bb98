import { type Chats, memberRange } from '../scenario/chats.ts'
import { seededRandom } from './seeded-random.ts'

/** Who is in which chat at the start of a run: users and chats by index from 0. */
export class Memberships {
  /** Chat → its members. The first is its owner. */
  readonly membersOf: readonly (readonly number[])[]
  /** User → its chats. */
  readonly chatsOf: readonly (readonly number[])[]

  /** All users are dealt out before any gets its next chat. */
  constructor(chats: Chats, userCount: number, seed: number) {
    const random = seededRandom(seed + 15_485_863)
    const { min, max } = memberRange(chats)
    const chatsOf: number[][] = Array.from({ length: userCount }, () => [])
    let deck: number[] = []
    this.membersOf = Array.from({ length: chats.count }, (_, chat) => {
      const size = Math.min(userCount, min + Math.floor(random() * (max - min + 1)))
      const members = new Set<number>()
      while (members.size < size) {
        if (deck.length === 0) deck = shuffled(userCount, random)
        // At the end of a round the next one may begin with who is in the chat already.
        const place = deck.findLastIndex((user) => !members.has(user))
        const [user] = deck.splice(place, 1)
        members.add(user!)
        chatsOf[user!]!.push(chat)
      }
      return [...members]
    })
    this.chatsOf = chatsOf
  }

  /** Users that are in no chat. */
  get strangers(): number {
    return this.chatsOf.filter((chats) => chats.length === 0).length
  }
}

function shuffled(count: number, random: () => number): number[] {
  const order = Array.from({ length: count }, (_, place) => place)
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    const value = order[last]!
    order[last] = order[other]!
    order[other] = value
  }
  return order
}
