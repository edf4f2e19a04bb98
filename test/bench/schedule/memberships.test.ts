import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Chats } from '../../../src/bench/scenario/chats.ts'
import { MembershipPlan } from '../../../src/bench/schedule/membership-plan.ts'
import { Memberships } from '../../../src/bench/schedule/memberships.ts'

it('every chat has as many members as it should, each once, and all users get their turn', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 0, max: 12 }),
      fc.nat(),
      (users, count, min, more, seed) => {
        const members = { min, max: min + more }
        const dealt = new Memberships(Chats.parse({ count, members }), users, seed)
        expect(dealt.membersOf).toHaveLength(count)
        for (const chat of dealt.membersOf) {
          expect(chat.length).toBeGreaterThanOrEqual(Math.min(users, min))
          expect(chat.length).toBeLessThanOrEqual(Math.min(users, min + more))
          expect(new Set(chat).size).toBe(chat.length)
        }
        const seats = dealt.membersOf.flat().length
        const counts = dealt.chatsOf.map((chats) => chats.length)
        expect(counts.reduce((sum, one) => sum + one, 0)).toBe(seats)
        if (seats >= users) expect(dealt.strangers).toBe(0)
        else expect(dealt.strangers).toBe(users - seats)
        for (const [user, chats] of dealt.chatsOf.entries())
          for (const chat of chats) expect(dealt.membersOf[chat]).toContain(user)
      },
    ),
  )
})

it('the same scenario deals the same, and another seed something else', () => {
  const chats = Chats.parse({ count: 20, members: 5 })
  const deal = (seed: number) => new Memberships(chats, 50, seed).membersOf
  expect(deal(1)).toEqual(deal(1))
  expect(deal(1)).not.toEqual(deal(2))
})

it('who is taken out of a chat is not drawn for it, and the owner never goes', () => {
  const memberships = new Memberships(Chats.parse({ count: 1, members: 3 }), 3, 1)
  const [owner, first, second] = memberships.membersOf[0] as [number, number, number]
  const plan = new MembershipPlan(memberships)
  expect(plan.ownerOf(0)).toBe(owner)
  expect(plan.drawMember([0, 0])).toEqual({ chat: 0, member: first })
  expect(plan.drawMember([0, 0.9])).toEqual({ chat: 0, member: second })
  plan.takeOut(first, 0)
  expect(plan.draw(first, 0.5)).toBeUndefined()
  expect(plan.drawMember([0, 0])).toBeUndefined()
  plan.takeIn(first, 0)
  expect(plan.draw(first, 0.5)).toBe(0)
})
