import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Submission } from '../../../src/server/delivery/submission.ts'
import { Writer } from '../../../src/server/log/writer.ts'
import { type RetentionRules, RetentionSweep } from '../../../src/server/node/retention-sweep.ts'
import type { Database } from '../../../src/storage/database.ts'
import type { NewEntry } from '../../../src/storage/entries.ts'
import { openStore } from '../../../src/storage/open-store.ts'
import type { Store } from '../../../src/storage/store.ts'
import { describeDurable } from '../../storage/describe-durable.ts'
import { sent, user } from '../../storage/new-access-entry.ts'
import { newEntry } from '../../storage/new-entry.ts'
import type { TestDatabase } from '../../storage/test-database.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const day = (number: number) => new Date(Date.UTC(2024, 0, number))
const FILE = `${'a'.repeat(32)}.png`

const owner = user(1)

describeDurable('the sweep', (create) => {
  let database: TestDatabase<Database>
  let store: Store
  let swept: object[]

  beforeEach(async () => {
    database = await create()
    store = await openStore(database.location)
    swept = []
  })
  afterEach(async () => {
    await store.close()
    await database.drop()
  })

  const sweepOf = (rules: RetentionRules = {}, read?: (after: number) => void) =>
    new RetentionSweep({
      store: {
        access: store.access,
        prune: (options) => store.prune(options),
        readAges: (range) => {
          read?.(range.after)
          return store.readAges(range)
        },
      },
      writer: new Writer<Submission>(
        store,
        {
          onCommitted: (outcomes, submissions) => {
            for (const [i, outcome] of outcomes.entries()) submissions[i]!.settle(outcome)
          },
          onFailed: (_, submissions, error) => {
            for (const submission of submissions) submission.fail(error)
          },
        },
        { patienceMs: 0 },
      ),
      serverLog: {
        failure: (what, error) => {
          throw new Error(what, { cause: error })
        },
        retentionSwept: (done) => void swept.push({ ...done, tookMs: 0 }),
      },
      rules,
    })
  const append = (number: number, ...entries: NewEntry[]) =>
    store.append(entries, day(number).toISOString())
  const messages = async (kind: 'chat' | 'support' = 'chat', chatId = 1) =>
    (await store.readHistory({ kind, chatId, before: undefined, limit: 500 })).map(
      ({ content }) => content,
    )
  const said = (content: string, more = {}) => newEntry({ content, ...more })
  const days = (count: number) => ({ chatMs: count * DAY_MS, supportMs: count * DAY_MS })

  it('keeps everything for good unless it is told otherwise', async () => {
    await append(1, said('old'))
    await sweepOf().sweep(day(3_000))
    expect(await messages()).toEqual(['old'])
    expect(swept).toEqual([])
  })

  it('prunes what is to go everywhere', async () => {
    await append(1, said('old'), said('help', { kind: 'support' }))
    await append(5, said('young'))
    const sweep = sweepOf(days(10))
    await sweep.sweep(day(12))
    expect((await store.readAfter(0, 10)).map(({ offset }) => offset)).toEqual([3])
    expect(sweep.figures).toMatchObject({ expired: 0, pruned: 2, sweeps: 1 })
    expect(swept).toEqual([{ expired: 0, pruned: 2, tookMs: 0 }])
  })

  it.each([
    ['support', { chatMs: undefined, supportMs: DAY_MS }, ['chat'], ['']],
    ['chat', { chatMs: DAY_MS, supportMs: undefined }, [''], ['help']],
    ['support', { chatMs: 30 * DAY_MS, supportMs: DAY_MS }, ['chat'], ['']],
    ['chat', { chatMs: DAY_MS, supportMs: 30 * DAY_MS }, [''], ['help']],
  ])('deletes messages of one kind alone: %s', async (_, rules, chat, support) => {
    await append(1, said('chat'), said('help', { kind: 'support' }))
    await sweepOf(rules).sweep(day(9))
    expect(await messages()).toEqual(chat)
    expect(await messages('support')).toEqual(support)
    expect(await store.lastOffset()).toBe(3)
    expect(await store.readAfter(2, 1)).toMatchObject([
      { type: 'deletion', senderId: 1, author: undefined },
    ])
  })

  it('deletes what a chat keeps for a shorter time, and releases its files', async () => {
    await store.uploads.add({ name: FILE, ownerId: 1, fileType: 'image/png', sizeBytes: 1 }, day(1))
    await append(1, sent.chat(owner), sent.chat(owner))
    await append(1, sent.change(owner, 1, { retentionSeconds: 86_400 }))
    await append(1, sent.message(owner, 1, { content: 'a', filePaths: `uploads/${FILE}` }))
    await append(1, sent.message(owner, 2, { content: 'other' }))
    await append(2, sent.message(owner, 1, { content: 'b' }))
    await append(3, sent.message(owner, 1, { content: 'c' }))
    await store.uploads.use([FILE], day(1))
    const sweep = sweepOf()
    await sweep.sweep(new Date(day(3).getTime() + 1))
    expect(await messages()).toEqual(['', '', 'c'])
    expect(await messages('chat', 2)).toEqual(['other'])
    expect(await store.uploads.findUnused(new Date(Date.now() + DAY_MS), 10)).toEqual([FILE])
    await sweep.sweep(day(5))
    expect(await messages()).toEqual(['', '', ''])
    expect(sweep.figures).toMatchObject({ expired: 3, pruned: 0, sweeps: 2 })
  })

  it('lets no chat keep messages for longer than the server', async () => {
    await append(1, sent.chat(owner), said('old'))
    await append(1, sent.change(owner, 1, { retentionSeconds: 900 * 86_400 }))
    await sweepOf({ chatMs: DAY_MS, supportMs: undefined }).sweep(day(5))
    expect(await messages()).toEqual([''])
  })

  it('deletes thousands in steps, and finds them by words no more', async () => {
    const many = Array.from({ length: 450 }, (_, i) => said(`word${i} all`, { kind: 'support' }))
    await append(1, ...many)
    await sweepOf({ supportMs: DAY_MS }).sweep(day(3))
    expect(new Set(await messages('support'))).toEqual(new Set(['']))
    const query = { text: 'all', chat: undefined, before: undefined, limit: 10 }
    expect(await store.search(query)).toEqual([])
  })

  it('looks at a chat again when its oldest message is due, and not before', async () => {
    await append(1, said('a', { kind: 'support' }))
    await append(3, said('b', { kind: 'support' }))
    const reads: number[] = []
    const sweep = sweepOf({ supportMs: 4 * DAY_MS }, (after) => void reads.push(after))
    await sweep.sweep(day(4))
    expect(reads.splice(0)).toEqual([0])
    await sweep.sweep(new Date(day(5).getTime()))
    expect(reads.splice(0)).toEqual([])
    await sweep.sweep(day(6))
    expect(reads.splice(0)).toEqual([0])
    expect(await messages('support')).toEqual(['', 'b'])
    await sweep.sweep(day(8))
    expect(reads.splice(0)).toEqual([1])
    expect(await messages('support')).toEqual(['', ''])
  })

  it('deletes a message of the future with those after it, and stops at a young one', async () => {
    await append(1, said('a', { kind: 'support' }))
    await append(900, said('future', { kind: 'support' }))
    await append(2, said('b', { kind: 'support' }))
    await append(9, said('young', { kind: 'support' }))
    await append(2, said('behind', { kind: 'support' }))
    await sweepOf({ supportMs: DAY_MS }).sweep(day(9))
    expect(await messages('support')).toEqual(['', '', '', 'young', 'behind'])
  })

  it('does again what another server has done, without storing it', async () => {
    await append(1, said('a', { kind: 'support' }))
    await sweepOf({ supportMs: DAY_MS }).sweep(day(9))
    await sweepOf({ supportMs: DAY_MS }).sweep(day(9))
    expect(await store.lastOffset()).toBe(2)
  })

  it('stops between two steps, and another goes on', async () => {
    await append(1, ...Array.from({ length: 300 }, () => said('x', { kind: 'support' })))
    const sweep: RetentionSweep = sweepOf({ supportMs: DAY_MS }, (after) => {
      if (after > 0) void sweep.stop()
    })
    await sweep.sweep(day(9))
    expect((await messages('support')).filter((content) => content !== '')).toHaveLength(100)
    await sweepOf({ supportMs: DAY_MS }).sweep(day(9))
    expect((await messages('support')).filter((content) => content !== '')).toEqual([])
  })
})
