import { expect, test } from 'vitest'
import { WriteBehind } from '../../../src/server/log/write-behind.ts'
import { until } from '../../support/until.ts'

/** A place to write to that can be closed. */
class Target {
  readonly batches: string[][] = []
  readonly failures: unknown[] = []
  isAway = false
  #gate: { open: Promise<void>; release: () => void } | undefined

  readonly queue = new WriteBehind<string>({
    write: async (values) => {
      await this.#gate?.open
      if (this.isAway) throw new Error('away')
      this.batches.push([...values])
    },
    merge: (older, newer) => `${older}+${newer}`,
    onFailure: (error) => this.failures.push(error),
  })

  hold(): void {
    let release = () => {}
    const open = new Promise<void>((resolve) => {
      release = resolve
    })
    this.#gate = { open, release }
  }

  release(): void {
    this.#gate?.release()
    this.#gate = undefined
  }
}

test('what is put in one turn is one batch, each key once', async () => {
  const { queue, batches } = new Target()
  for (const [key, value] of ['a1', 'b1', 'a2', 'a3'].entries()) queue.put(value[0]!, `${key}`)
  await queue.flush()
  expect(batches).toEqual([['0+2+3', '1']])
})

test('the next batch gathers while the last one is written', async () => {
  const target = new Target()
  const { queue, batches } = target
  target.hold()
  queue.put('a', 'first')
  await new Promise(setImmediate)
  for (let i = 0; i < 100; i++) queue.put(`k${i % 10}`, `${i}`)
  target.release()
  await queue.flush()
  expect(batches.map((batch) => batch.length)).toEqual([1, 10])
})

test('what cannot be written is kept under what comes meanwhile, and written later', async () => {
  const target = new Target()
  const { queue, batches, failures } = target
  target.isAway = true
  queue.put('a', 'old')
  queue.put('b', 'other')
  await queue.flush()
  expect([batches, failures.length]).toEqual([[], 1])
  queue.put('a', 'new')
  target.isAway = false
  await queue.flush()
  expect(batches).toEqual([['old+new', 'other']])
})

test('a flush of nothing resolves, and so does one of what is already under way', async () => {
  const target = new Target()
  await target.queue.flush()
  target.hold()
  target.queue.put('a', '1')
  const flushes = [target.queue.flush(), target.queue.flush()]
  target.release()
  await Promise.all(flushes)
  expect(target.batches).toEqual([['1']])
})

test('of too many that wait, the oldest are given up, and the newest value of each is written', async () => {
  const target = new Target()
  const { queue, batches } = target
  target.hold()
  queue.put('first', 'first')
  await new Promise(setImmediate)
  for (let i = 0; i < 130_000; i++) queue.put(`${i}`, `${i}`)
  for (let i = 129_000; i < 129_010; i++) queue.put(`${i}`, 'again')
  target.release()
  await queue.flush()
  const written = batches.flat()
  expect(written).toHaveLength(1 + 50_000)
  expect([written[0], written[1], written.at(-1)]).toEqual(['first', '80000', '129999'])
  expect(written.filter((value) => value.endsWith('+again'))).toHaveLength(10)
})

test('more than one batch is written one after the other', async () => {
  const { queue, batches } = new Target()
  for (let i = 0; i < 600; i++) queue.put(`${i}`, `${i}`)
  await until(() => batches.length === 3, 'three batches')
  expect(batches.map((batch) => batch.length)).toEqual([250, 250, 100])
})
