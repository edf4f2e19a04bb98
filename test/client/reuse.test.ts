import { describe, expect, it } from 'vitest'
import { reuse, reuseParts } from '../../src/client/reuse.ts'

describe('what was handed out before', () => {
  it.each([
    [[1, 2]],
    [new Map([[1, { read: 1 }]])],
    [{ a: [{ b: 1 }], c: undefined }],
    [Number.NaN],
    ['text'],
  ])('is handed out again for the same: %j', (value) => {
    const before = structuredClone(value)
    expect(reuse(before, value)).toBe(before)
  })

  it.each([
    [[1, 2], [1]],
    [
      [1, 2],
      [2, 1],
    ],
    [new Map([[1, { read: 1 }]]), new Map([[1, { read: 2 }]])],
    [new Map([[1, 1]]), new Map([[2, 1]])],
    [{ a: undefined }, { b: undefined }],
    [{ a: 1 }, { a: 1, b: undefined }],
    [{}, undefined],
    [null, {}],
    [[], undefined],
  ])('is not for something else: %j, then %j', (before, now) => {
    expect(reuse<unknown>(before, now)).toBe(now)
  })

  it('is, part by part, where the whole is another', () => {
    const before = { typing: [1], cursors: new Map([[1, { read: 1 }]]), unread: 1 }
    const now = { typing: [1], cursors: new Map([[1, { read: 1 }]]), unread: 2 }
    const shared = reuseParts(before, now)
    expect(shared).toEqual(now)
    expect([shared.typing, shared.cursors]).toEqual([before.typing, before.cursors])
    expect(shared.typing).toBe(before.typing)
    expect(shared.cursors).toBe(before.cursors)
    expect(reuseParts(shared, { ...now })).toBe(shared)
  })
})
