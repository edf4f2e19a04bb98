import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PresenceRegistry } from '../../../src/server/presence/registry.ts'

test('only the first connection of a user brings it online', () => {
  const presence = new PresenceRegistry()
  expect([presence.join(1), presence.join(1), presence.join(1)]).toEqual([true, false, false])
})

test('only the last connection of a user takes it offline', () => {
  const presence = new PresenceRegistry()
  for (let i = 0; i < 3; i++) presence.join(1)
  expect([presence.leave(1), presence.leave(1)]).toEqual([false, false])
  expect(presence.isOnline(1)).toBe(true)
  expect(presence.leave(1)).toBe(true)
  expect(presence.isOnline(1)).toBe(false)
})

test('users are listed in the order in which they came', () => {
  const presence = new PresenceRegistry()
  for (const userId of [30, 10, 20, 10]) presence.join(userId)
  expect(presence.online()).toEqual([30, 10, 20])
})

test('a user that came back is listed last', () => {
  const presence = new PresenceRegistry()
  presence.join(1)
  presence.join(2)
  presence.leave(1)
  presence.join(1)
  expect(presence.online()).toEqual([2, 1])
})

test('a user without a connection cannot leave', () => {
  const presence = new PresenceRegistry()
  presence.join(1)
  expect(() => presence.leave(2)).toThrow(RangeError)
  expect(presence.connectionCount).toBe(1)
})

test('the counts are those of the open connections, whatever came before', () => {
  const change = fc.record({ userId: fc.integer({ min: 1, max: 5 }), comes: fc.boolean() })
  fc.assert(
    fc.property(fc.array(change, { maxLength: 200 }), (changes) => {
      const presence = new PresenceRegistry()
      const open: number[] = []
      for (const { userId, comes } of changes) {
        const at = open.indexOf(userId)
        if (comes) {
          expect(presence.join(userId)).toBe(at < 0)
          open.push(userId)
        } else if (at >= 0) {
          open.splice(at, 1)
          expect(presence.leave(userId)).toBe(!open.includes(userId))
        }
        expect(presence.connectionCount).toBe(open.length)
        expect(presence.userCount).toBe(new Set(open).size)
        expect(new Set(presence.online())).toEqual(new Set(open))
      }
    }),
  )
})
