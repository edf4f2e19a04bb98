import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ChatwsError } from '../../src/protocol/error.ts'
import { type CommitListener, Writer } from '../../src/server/writer.ts'
import type { Appended, LogEntry, NewEntry, Store } from '../../src/storage/store.ts'
import { until } from '../support/until.ts'

/** A store in memory that fails the batches it is told to, and waits while it is held. */
class MemoryStore implements Store {
  readonly epoch = 'memory'
  readonly log: LogEntry[] = []
  /** The contents of each batch it was given. */
  readonly batches: string[][] = []
  readonly failing: Set<number>
  #held: { open: Promise<void>; release: () => void } | undefined

  /** @param failing numbers of the batches that fail, from 0 */
  constructor(failing: Iterable<number> = []) {
    this.failing = new Set(failing)
  }

  hold(): void {
    let release = () => {}
    const open = new Promise<void>((resolve) => {
      release = resolve
    })
    this.#held = { open, release }
  }

  release(): void {
    this.#held?.release()
    this.#held = undefined
  }

  async append(entries: readonly NewEntry[], createdAt: string): Promise<Appended[]> {
    const number = this.batches.length
    this.batches.push(entries.map((entry) => entry.content))
    await this.#held?.open
    if (this.failing.has(number)) throw new ChatwsError('STORAGE_UNAVAILABLE', `batch ${number}`)
    return entries.map((entry) => {
      const offset = this.log.length + 1
      const stored = { ...entry, id: offset, offset, createdAt }
      this.log.push(stored)
      return { entry: stored, repeated: false }
    })
  }

  async lastOffset(): Promise<number> {
    return this.log.length
  }

  async readAfter(offset: number, limit: number): Promise<LogEntry[]> {
    return this.log.slice(offset, offset + limit)
  }

  async close(): Promise<void> {}
}

/** Keeps what the writer tells it: one record for each batch. */
class Outcomes implements CommitListener<string> {
  readonly committed: string[][] = []
  readonly failed: { contents: string[]; error: unknown }[] = []
  /** The origins in the order in which they were heard of. */
  readonly origins: string[] = []

  onCommitted(appended: readonly Appended[], origins: readonly string[]): void {
    this.committed.push(appended.map(({ entry }) => entry.content))
    this.origins.push(...origins)
  }

  onFailed(entries: readonly NewEntry[], origins: readonly string[], error: unknown): void {
    this.failed.push({ contents: entries.map((entry) => entry.content), error })
    this.origins.push(...origins)
  }
}

function entry(content: string): NewEntry {
  return {
    kind: 'chat',
    chatId: 1,
    senderId: 1,
    clientId: undefined,
    content,
    fileType: undefined,
    filePaths: undefined,
  }
}

function createWriter(store: MemoryStore) {
  const outcomes = new Outcomes()
  const writer = new Writer(store, outcomes)
  const submit = (...contents: string[]) => {
    for (const content of contents) writer.submit(entry(content), `of ${content}`)
  }
  return { outcomes, writer, submit }
}

test('entries that arrive while a batch is written form the next one', async () => {
  const store = new MemoryStore()
  const { outcomes, writer, submit } = createWriter(store)
  store.hold()
  submit('a')
  await until(() => store.batches.length === 1, 'the first batch')
  submit('b', 'c')
  submit('d')
  store.release()
  await writer.drain()
  expect(outcomes.committed).toEqual([['a'], ['b', 'c', 'd']])
})

test('entries submitted in one turn are one batch', async () => {
  const store = new MemoryStore()
  const { writer, submit } = createWriter(store)
  submit('a', 'b', 'c')
  await writer.drain()
  expect(store.batches).toEqual([['a', 'b', 'c']])
})

test('a batch holds no more than a thousand entries and the rest keep their order', async () => {
  const store = new MemoryStore()
  const { writer, submit } = createWriter(store)
  const contents = Array.from({ length: 2_500 }, (_, i) => `${i}`)
  submit(...contents)
  await writer.drain()
  expect(store.batches.map((batch) => batch.length)).toEqual([1_000, 1_000, 500])
  expect(store.batches.flat()).toEqual(contents)
})

test('nothing is heard of before the store has answered', async () => {
  const store = new MemoryStore()
  const { outcomes, writer, submit } = createWriter(store)
  store.hold()
  submit('a')
  await until(() => store.batches.length === 1, 'the batch')
  expect(outcomes.origins).toEqual([])
  store.release()
  await writer.drain()
  expect(outcomes.origins).toEqual(['of a'])
})

test('a drain waits for the entries that are still queued', async () => {
  const store = new MemoryStore()
  const { outcomes, writer, submit } = createWriter(store)
  store.hold()
  submit('a')
  await until(() => store.batches.length === 1, 'the first batch')
  submit('b')
  let isDrained = false
  const drained = writer.drain().then(() => {
    isDrained = true
  })
  await new Promise(setImmediate)
  expect(isDrained).toBe(false)
  store.release()
  await drained
  expect(outcomes.committed).toEqual([['a'], ['b']])
})

test('an idle writer drains at once', async () => {
  const { outcomes, writer } = createWriter(new MemoryStore())
  await writer.drain()
  expect(outcomes.origins).toEqual([])
})

test('a failing append is told of exactly its own batch and the next one is stored', async () => {
  const store = new MemoryStore([0])
  const { outcomes, writer, submit } = createWriter(store)
  store.hold()
  submit('a', 'b')
  await until(() => store.batches.length === 1, 'the first batch')
  submit('c')
  store.release()
  await writer.drain()
  expect(outcomes.failed).toEqual([
    { contents: ['a', 'b'], error: expect.objectContaining({ code: 'STORAGE_UNAVAILABLE' }) },
  ])
  expect(outcomes.committed).toEqual([['c']])
  expect(outcomes.origins).toEqual(['of a', 'of b', 'of c'])
})

test('a writer that fell idle takes entries again', async () => {
  const store = new MemoryStore([0])
  const { outcomes, writer, submit } = createWriter(store)
  for (const content of ['a', 'b', 'c']) {
    submit(content)
    await writer.drain()
  }
  expect(outcomes.failed.map(({ contents }) => contents)).toEqual([['a']])
  expect(outcomes.committed).toEqual([['b'], ['c']])
})

test('each entry is heard of exactly once and in order, whatever fails and however they arrive', async () => {
  const bursts = fc.array(fc.record({ size: fc.integer({ min: 1, max: 5 }), turns: fc.nat(3) }), {
    maxLength: 20,
  })
  await fc.assert(
    fc.asyncProperty(bursts, fc.array(fc.nat(20)), async (script, failing) => {
      const store = new MemoryStore(failing)
      const { outcomes, writer, submit } = createWriter(store)
      const contents: string[] = []
      for (const { size, turns } of script) {
        const burst = Array.from({ length: size }, (_, i) => `${contents.length + i}`)
        contents.push(...burst)
        submit(...burst)
        for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate)
      }
      await writer.drain()
      expect(outcomes.origins).toEqual(contents.map((content) => `of ${content}`))
      const failed = store.batches.filter((_, number) => store.failing.has(number))
      expect(outcomes.failed.map((batch) => batch.contents)).toEqual(failed)
      expect(store.log.map((stored) => stored.content)).toEqual(outcomes.committed.flat())
    }),
  )
})
