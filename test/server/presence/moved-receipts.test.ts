import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { MovedReceipts } from '../../../src/server/presence/moved-receipts.ts'
import type { MovedCursor } from '../../../src/storage/conversation.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** One that moved at each offset, by a user of that number. */
const cursors: MovedCursor[] = Array.from({ length: 1_000 }, (_, offset) => ({
  ...{ userId: offset + 1, kind: 'chat', chatId: 1, delivered: 1, read: 1, offset },
}))

const newer = { userId: 5_000, chat: { kind: 'chat', id: 1 }, delivered: 2, read: 2 } as const

function create() {
  const reads: number[] = []
  const receipts = new MovedReceipts(
    async (from) => {
      reads.push(from)
      return cursors.filter(({ offset }) => offset >= from)
    },
    () => 'chat 1',
  )
  return { reads, receipts }
}

/** The users of the receipts that are told. */
const users = (frames: readonly Buffer[]) =>
  [
    ...Buffer.concat(frames)
      .toString('latin1')
      .matchAll(/"userId":(\d+)/g),
  ].map((m) => Number(m[1]))

it('each offset gets what moved since, in the order of offsets', async () => {
  const { receipts } = create()
  for (const offset of [990, 0, 500, 999, 1_000, 1]) {
    const expected = cursors.slice(offset).map(({ userId }) => userId)
    expect(users(await receipts.since({ offset: offset, newest: 1_000 }, undefined))).toEqual(
      expected,
    )
  }
})

it('160 that resume from as many offsets share few reads and their memory', async () => {
  const { reads, receipts } = create()
  const held = new Set<ArrayBufferLike>()
  for (let i = 0; i < 160; i++)
    for (const frame of await receipts.since({ offset: 999 - 6 * i, newest: 1_000 }, undefined))
      held.add(frame.buffer)
  expect(reads.length).toBeLessThanOrEqual(11)
  expect(held.size).toBeLessThanOrEqual(reads.length)
  const bytes = [...held].reduce((sum, { byteLength }) => sum + byteLength, 0)
  expect(bytes).toBeLessThan(512 * 1024)
})

it('what moves while it is shared is told after it, and shared as well', async () => {
  const { reads, receipts } = create()
  await receipts.since({ offset: 998, newest: 1_000 }, undefined)
  receipts.add(newer)
  receipts.add({ ...newer, userId: 5_001 })
  const [, one] = await receipts.since({ offset: 999, newest: 1_000 }, undefined)
  const [, other] = await receipts.since({ offset: 998, newest: 1_000 }, undefined)
  expect(users([one!])).toEqual([5_000, 5_001])
  expect(other).toBe(one)
  expect(reads).toHaveLength(1)
})

it('it is read anew after a second, where very much has moved, and after a failure', async () => {
  const { reads, receipts } = create()
  await receipts.since({ offset: 999, newest: 1_000 }, undefined)
  vi.advanceTimersByTime(1_000)
  await receipts.since({ offset: 999, newest: 1_000 }, undefined)
  expect(reads).toHaveLength(2)
  for (let i = 0; i < 2_001; i++) receipts.add(newer)
  expect(users(await receipts.since({ offset: 999, newest: 1_000 }, undefined))).toEqual([1_000])
  expect(reads).toHaveLength(3)

  let isBroken = true
  const failing = new MovedReceipts(
    async () => {
      if (isBroken) throw new Error('no store')
      return cursors
    },
    () => 'chat 1',
  )
  await expect(failing.since({ offset: 0, newest: 1_000 }, undefined)).rejects.toThrow('no store')
  isBroken = false
  expect(users(await failing.since({ offset: 0, newest: 1_000 }, undefined))).toHaveLength(1_000)
})
