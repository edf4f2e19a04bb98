import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ChatwsError } from '../../../src/protocol/error.ts'
import { type CommitListener, Writer } from '../../../src/server/log/writer.ts'
import type { LogEntry, NewEntry, NewMessageEntry } from '../../../src/storage/entries.ts'
import type { Outcome, Store } from '../../../src/storage/store.ts'
import { messagesOf } from '../../storage/append-messages.ts'
import { messageEntry } from '../../storage/message-entry.ts'
import { newEntry } from '../../storage/new-entry.ts'
import { until } from '../../support/until.ts'

/** A store in memory that fails the batches it is told to, and waits while it is held. */
class MemoryStore implements Pick<Store, 'append' | 'readAfter'> {
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

  async append(entries: readonly NewEntry[], createdAt: string): Promise<Outcome[]> {
    const number = this.batches.length
    this.batches.push(contentsOf(entries))
    await this.#held?.open
    if (this.failing.has(number)) throw new ChatwsError('STORAGE_UNAVAILABLE', `batch ${number}`)
    return entries.map((entry) => {
      const offset = this.log.length + 1
      const stored = messageEntry(entry as NewMessageEntry, { id: offset, offset, createdAt })
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

  onCommitted(outcomes: readonly Outcome[], origins: readonly string[]): void {
    this.committed.push(messagesOf(outcomes).map(({ entry }) => entry.content))
    this.origins.push(...origins)
  }

  onFailed(entries: readonly NewEntry[], origins: readonly string[], error: unknown): void {
    this.failed.push({ contents: contentsOf(entries), error })
    this.origins.push(...origins)
  }
}

function entry(content: string): NewMessageEntry {
  return newEntry({ content })
}

/** What the messages of a batch say. */
function contentsOf(entries: readonly NewEntry[]): string[] {
  return entries.map((entry) => (entry as NewMessageEntry).content)
}

function createWriter(store: Pick<Store, 'append'>, patienceMs = 0) {
  const outcomes = new Outcomes()
  const writer = new Writer(store, outcomes, { patienceMs })
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
  await writer.flush()
  expect(outcomes.committed).toEqual([['a'], ['b', 'c', 'd']])
})

test('entries submitted in one turn are one batch', async () => {
  const store = new MemoryStore()
  const { writer, submit } = createWriter(store)
  submit('a', 'b', 'c')
  await writer.flush()
  expect(store.batches).toEqual([['a', 'b', 'c']])
})

test('a batch holds no more than 500 entries and the rest keep their order', async () => {
  const store = new MemoryStore()
  const { writer, submit } = createWriter(store)
  const contents = Array.from({ length: 1_250 }, (_, i) => `${i}`)
  submit(...contents)
  await writer.flush()
  expect(store.batches.map((batch) => batch.length)).toEqual([500, 500, 250])
  expect(store.batches.flat()).toEqual(contents)
})

test('a batch of long entries holds no more text than it may, and the rest keep their order', async () => {
  const store = new MemoryStore()
  const { writer, submit } = createWriter(store)
  const contents = Array.from({ length: 40 }, (_, i) => `${i} ${'x'.repeat(60_000)}`)
  submit(...contents)
  await writer.flush()
  const lengths = store.batches.map((batch) => batch.join('').length)
  expect(Math.max(...lengths)).toBeLessThanOrEqual(256 * 1024)
  expect(store.batches).toHaveLength(10)
  expect(store.batches.flat()).toEqual(contents)
})

test('an edit counts with its text, and one entry is a batch however long it is', async () => {
  const sizes: number[] = []
  const append = async (entries: readonly NewEntry[]): Promise<Outcome[]> => {
    sizes.push(entries.length)
    return []
  }
  const writer = new Writer({ append }, { onCommitted() {}, onFailed() {} }, { patienceMs: 0 })
  const edit = { type: 'edit', kind: 'chat', messageId: 1, senderId: 1, clientId: 'e' } as const
  for (const length of [150_000, 300_000, 1])
    writer.submit({ ...edit, content: 'x'.repeat(length) }, 'somebody')
  await writer.flush()
  expect(sizes).toEqual([1, 1, 1])
})

test('no more text waits than may, and what is beyond that is refused at once', async () => {
  const store = new MemoryStore()
  const { outcomes, writer } = createWriter(store)
  store.hold()
  const long = entry('x'.repeat(16 * 1024 * 1024))
  for (let i = 0; i < 9; i++) writer.submit(long, `of ${i}`)
  expect(outcomes.failed).toHaveLength(1)
  expect(outcomes.failed[0]!.error).toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
  store.release()
  await writer.flush()
  expect(outcomes.committed).toHaveLength(8)
  writer.submit(entry('more'), 'of more')
  await writer.flush()
  expect(outcomes.committed.flat().at(-1)).toBe('more')
})

test('nothing is heard of before the store has answered', async () => {
  const store = new MemoryStore()
  const { outcomes, writer, submit } = createWriter(store)
  store.hold()
  submit('a')
  await until(() => store.batches.length === 1, 'the batch')
  expect(outcomes.origins).toEqual([])
  store.release()
  await writer.flush()
  expect(outcomes.origins).toEqual(['of a'])
})

test('a flush waits for the entries that are still queued', async () => {
  const store = new MemoryStore()
  const { outcomes, writer, submit } = createWriter(store)
  store.hold()
  submit('a')
  await until(() => store.batches.length === 1, 'the first batch')
  submit('b')
  let isDrained = false
  const flushed = writer.flush().then(() => {
    isDrained = true
  })
  await new Promise(setImmediate)
  expect(isDrained).toBe(false)
  store.release()
  await flushed
  expect(outcomes.committed).toEqual([['a'], ['b']])
})

test('an idle writer flushes at once', async () => {
  const { outcomes, writer } = createWriter(new MemoryStore())
  await writer.flush()
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
  await writer.flush()
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
    await writer.flush()
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
      await writer.flush()
      expect(outcomes.origins).toEqual(contents.map((content) => `of ${content}`))
      const failed = store.batches.filter((_, number) => store.failing.has(number))
      expect(outcomes.failed.map((batch) => batch.contents)).toEqual(failed)
      expect(store.log.map((stored) => stored.type === 'message' && stored.content)).toEqual(
        outcomes.committed.flat(),
      )
    }),
  )
})

/** A store that answers each call with the next of `answers`, and then stores everything. */
class ScriptedStore extends MemoryStore {
  readonly #answers: string[]

  constructor(answers: string[]) {
    super()
    this.#answers = answers
  }

  override async append(entries: readonly NewEntry[], createdAt: string): Promise<Outcome[]> {
    const answer = this.#answers.shift()
    if (answer === 'ok' || answer === undefined) return super.append(entries, createdAt)
    this.batches.push(contentsOf(entries))
    throw new ChatwsError(answer as 'STORAGE_UNAVAILABLE', answer)
  }
}

/** A store that refuses every batch with an entry whose content is `bad`. */
class PickyStore extends MemoryStore {
  override async append(entries: readonly NewEntry[], createdAt: string): Promise<Outcome[]> {
    if (contentsOf(entries).some((content) => content.startsWith('bad')))
      throw new ChatwsError('STORAGE_REJECTED', 'bad')
    return super.append(entries, createdAt)
  }
}

test('a batch is tried again until the store is back, and nobody hears of a failure', async () => {
  const store = new ScriptedStore(['STORAGE_UNAVAILABLE', 'STORAGE_UNAVAILABLE', 'ok'])
  const { outcomes, writer, submit } = createWriter(store, 60_000)
  submit('a', 'b')
  await writer.flush()
  expect(store.batches).toEqual([
    ['a', 'b'],
    ['a', 'b'],
    ['a', 'b'],
  ])
  expect(outcomes.committed).toEqual([['a', 'b']])
  expect(outcomes.failed).toEqual([])
})

test('an entry that the database refuses fails alone, wherever it stands in its batch', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 30 }), async (isBad) => {
      const contents = isBad.map((bad, i) => `${bad ? 'bad' : 'good'} ${i}`)
      const { outcomes, writer, submit } = createWriter(new PickyStore())
      submit(...contents)
      await writer.flush()
      const isGood = (content: string) => content.startsWith('good')
      expect(outcomes.committed.flat()).toEqual(contents.filter(isGood))
      expect(outcomes.failed.flatMap((failure) => failure.contents)).toEqual(
        contents.filter((content) => !isGood(content)),
      )
      expect(outcomes.origins).toEqual(contents.map((content) => `of ${content}`))
    }),
    { numRuns: 50 },
  )
})

test('after a commit of unknown outcome only entries with a name are tried again', async () => {
  const store = new ScriptedStore(['COMMIT_UNKNOWN', 'ok'])
  const { outcomes, writer } = createWriter(store, 60_000)
  writer.submit(entry('nameless'), 'nameless')
  writer.submit({ ...entry('named'), clientId: 'x' }, 'named')
  await writer.flush()
  expect(outcomes.committed).toEqual([['named']])
  expect(outcomes.failed).toEqual([
    { contents: ['nameless'], error: expect.objectContaining({ code: 'COMMIT_UNKNOWN' }) },
  ])
})

test('entries beyond what may wait are refused at once, and the others are stored', async () => {
  const store = new MemoryStore()
  const { outcomes, writer, submit } = createWriter(store)
  store.hold()
  submit(...Array.from({ length: 20_001 }, (_, i) => `${i}`))
  expect(outcomes.failed).toEqual([
    { contents: ['20000'], error: expect.objectContaining({ code: 'STORAGE_UNAVAILABLE' }) },
  ])
  store.release()
  await writer.flush()
  expect(outcomes.committed.flat()).toHaveLength(20_000)
})

test('a batch gathers for as long as its outcome could not be told', async () => {
  const store = new MemoryStore()
  const outcomes = new Outcomes()
  const pauses = [5, 0]
  const writer = new Writer(store, outcomes, {
    patienceMs: 0,
    pauseMs: () => pauses.shift() ?? 0,
  })
  writer.submit(entry('a'), 'a')
  await new Promise(setImmediate)
  await new Promise(setImmediate)
  writer.submit(entry('b'), 'b')
  await writer.flush()
  expect(store.batches).toEqual([['a', 'b']])
})

test('who sends one message does not wait for all that another sent before', async () => {
  const store = new MemoryStore()
  const writer = new Writer(store, new Outcomes(), { patienceMs: 0 })
  for (let i = 0; i < 2_000; i++) writer.submit(newEntry({ senderId: 1, content: `${i}` }), 'flood')
  writer.submit(newEntry({ senderId: 2, content: 'one' }), 'one')
  await writer.flush()
  expect(store.batches[0]).toContain('one')
  const flood = store.batches.flat().filter((content) => content !== 'one')
  expect(flood).toEqual(Array.from({ length: 2_000 }, (_, i) => `${i}`))
})

test('a flush waits for what was submitted before it, though others have their turn first', async () => {
  const store = new MemoryStore()
  const outcomes = new Outcomes()
  const writer = new Writer(store, outcomes, { patienceMs: 0 })
  for (let i = 0; i < 1_200; i++) writer.submit(newEntry({ senderId: 1, content: 'x' }), 'before')
  const flushed = writer.flush()
  for (let i = 0; i < 1_200; i++) writer.submit(newEntry({ senderId: 2, content: 'x' }), 'after')
  await flushed
  expect(outcomes.origins.filter((origin) => origin === 'before')).toHaveLength(1_200)
  await writer.flush()
  expect(outcomes.origins).toHaveLength(2_400)
})
