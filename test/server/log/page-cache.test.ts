import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeFrame } from '../../../src/server/frames/encode-frame.ts'
import { entryFrame } from '../../../src/server/frames/entry-frame.ts'
import { PageCache } from '../../../src/server/log/page-cache.ts'
import type { LogEntry } from '../../../src/storage/entries.ts'
import { createParts, MemoryStore } from '../../../src/storage/memory/memory-store.ts'
import { messageEntry } from '../../storage/message-entry.ts'
import { newEntry } from '../../storage/new-entry.ts'

/** Offsets in a page. */
const PAGE_SIZE = 256

/** Offset → its entry and its frame: the log is the same in all tests. */
const known = new Map<number, { entry: LogEntry; frame: Buffer }>()

function at(offset: number): { entry: LogEntry; frame: Buffer } {
  const made = known.get(offset) ?? make(offset)
  known.set(offset, made)
  return made
}

function make(offset: number): { entry: LogEntry; frame: Buffer } {
  const kind = offset % 3 === 0 ? 'support' : 'chat'
  const content = `message ${offset} ${'x'.repeat(offset % 50)}`
  const createdAt = '2024-01-01T12:00:00.000Z'
  const entry = messageEntry(newEntry({ kind, content }), { id: offset, offset, createdAt })
  return { entry, frame: encodeFrame(entryFrame(entry)!) }
}

/** A log in memory that tells what is read of it. */
class MemoryLog {
  lastOffset: number
  /** The offsets after which it was read. */
  readonly reads: number[] = []
  /** Thrown by the reads of it while it is set. */
  error: Error | undefined
  /** Runs after the entries of a read were taken and before they are handed out. */
  onRead = async () => {}
  active = 0
  mostActive = 0

  constructor(lastOffset: number) {
    this.lastOffset = lastOffset
  }

  readonly readAfter = async (offset: number, limit: number): Promise<LogEntry[]> => {
    this.reads.push(offset)
    this.active += 1
    this.mostActive = Math.max(this.mostActive, this.active)
    const count = Math.max(0, Math.min(limit, this.lastOffset - offset))
    const entries = Array.from({ length: count }, (_, i) => at(offset + 1 + i).entry)
    await this.onRead()
    await new Promise(setImmediate)
    this.active -= 1
    if (this.error) throw this.error
    return entries
  }
}

/** The frames after `offset` up to `until`. */
function framesOf(offset: number, until: number): Buffer {
  const count = Math.max(0, until - offset)
  return Buffer.concat(Array.from({ length: count }, (_, i) => at(offset + 1 + i).frame))
}

/** Reads all of a range, page by page. */
async function readRange(pages: PageCache, offset: number, until: number): Promise<Buffer> {
  const parts: Buffer[] = []
  let after = offset
  while (after < until) {
    const { bytes, lastOffset } = await pages.readAfter(after, until)
    if (lastOffset <= after) throw new Error(`nothing after ${after}`)
    expect(bytes.equals(framesOf(after, lastOffset))).toBe(true)
    parts.push(bytes)
    after = lastOffset
  }
  expect(after).toBe(until)
  return Buffer.concat(parts)
}

test('any range of the log is read whole, whoever else reads', async () => {
  const range = fc
    .tuple(fc.nat(1300), fc.nat(1300))
    .map(([a, b]) => [Math.min(a, b), Math.max(a, b)])
  await fc.assert(
    fc.asyncProperty(fc.array(range, { minLength: 1, maxLength: 6 }), async (ranges) => {
      const pages = new PageCache(new MemoryLog(1300))
      await Promise.all(ranges.map(([from, to]) => readRange(pages, from!, to!)))
    }),
    { numRuns: 30 },
  )
})

test('a read ends with its page', async () => {
  const pages = new PageCache(new MemoryLog(600))
  expect((await pages.readAfter(0, 600)).lastOffset).toBe(PAGE_SIZE)
  expect((await pages.readAfter(PAGE_SIZE - 1, 600)).lastOffset).toBe(PAGE_SIZE)
  expect((await pages.readAfter(PAGE_SIZE, 600)).lastOffset).toBe(2 * PAGE_SIZE)
  expect((await pages.readAfter(2 * PAGE_SIZE, 600)).lastOffset).toBe(600)
})

test('a read ends with the last offset that is asked for', async () => {
  const pages = new PageCache(new MemoryLog(600))
  expect(await pages.readAfter(3, 5)).toEqual({
    bytes: framesOf(3, 5),
    lastOffset: 5,
    hasGap: false,
  })
  expect(await pages.readAfter(255, 256)).toEqual({
    bytes: framesOf(255, 256),
    lastOffset: 256,
    hasGap: false,
  })
})

test('a page that several ask for at once is read once', async () => {
  const log = new MemoryLog(600)
  const pages = new PageCache(log)
  const reads = await Promise.all([0, 0, 7, 255].map((after) => pages.readAfter(after, 600)))
  expect(reads.map(({ lastOffset }) => lastOffset)).toEqual([256, 256, 256, 256])
  expect(log.reads).toEqual([0])
})

test('a full page is kept', async () => {
  const log = new MemoryLog(600)
  const pages = new PageCache(log)
  await pages.readAfter(0, 600)
  await pages.readAfter(100, 600)
  expect(log.reads).toEqual([0])
})

test('a page that is not full is not kept', async () => {
  const log = new MemoryLog(10)
  const pages = new PageCache(log)
  await readRange(pages, 0, 10)
  log.lastOffset = 12
  await readRange(pages, 0, 12)
  expect(log.reads).toEqual([0, 0])
})

test('an entry that was stored while its page was being read is read as well', async () => {
  const log = new MemoryLog(10)
  const pages = new PageCache(log)
  let late: Promise<Buffer> | undefined
  log.onRead = async () => {
    log.lastOffset = 20
    late ??= readRange(pages, 10, 20)
  }
  await readRange(pages, 0, 10)
  expect((await late!).equals(framesOf(10, 20))).toBe(true)
})

test('a failed read fails all who wait for it and is not kept', async () => {
  const log = new MemoryLog(600)
  const pages = new PageCache(log)
  log.error = new Error('broken')
  const failed = await Promise.allSettled([pages.readAfter(0, 600), pages.readAfter(9, 600)])
  for (const outcome of failed) expect(outcome).toMatchObject({ reason: { message: 'broken' } })
  expect(log.reads).toEqual([0])
  log.error = undefined
  await readRange(pages, 0, 600)
  expect(log.reads).toEqual([0, 0, 256, 512])
})

test('pages are read one at a time', async () => {
  const log = new MemoryLog(5 * PAGE_SIZE)
  const pages = new PageCache(log)
  await Promise.all(
    [0, 1, 2, 3, 4].map((page) => pages.readAfter(page * PAGE_SIZE, log.lastOffset)),
  )
  expect(log.reads).toEqual([0, 256, 512, 768, 1024])
  expect(log.mostActive).toBe(1)
})

test('64 pages are kept, and the one that was not used for longest goes first', async () => {
  const log = new MemoryLog(65 * PAGE_SIZE)
  const pages = new PageCache(log)
  const read = (page: number) => pages.readAfter(page * PAGE_SIZE, log.lastOffset)
  for (let page = 0; page < 64; page++) await read(page)
  await read(0)
  expect(log.reads).toHaveLength(64)
  await read(64)
  await read(0)
  await read(2)
  expect(log.reads).toHaveLength(65)
  await read(1)
  expect(log.reads).toHaveLength(66)
})

test('any range of a log that begins late tells what is left and that something is missing', async () => {
  const range = fc
    .tuple(fc.nat(1300), fc.nat(1300))
    .map(([a, b]) => [Math.min(a, b), Math.max(a, b)])
  await fc.assert(
    fc.asyncProperty(fc.nat(1300), range, async (pruned, [from, until]) => {
      const log = new MemoryLog(1300)
      const pages = new PageCache({
        readAfter: (offset, limit) => log.readAfter(Math.max(offset, pruned), limit),
      })
      const parts: Buffer[] = []
      let hasGap = false
      for (let after = from!; after < until!; ) {
        const read = await pages.readAfter(after, until!)
        expect(read.lastOffset).toBeGreaterThan(after)
        parts.push(read.bytes)
        hasGap ||= read.hasGap
        after = read.lastOffset
      }
      const left = framesOf(Math.max(from!, Math.min(pruned, until!)), until!)
      expect(Buffer.concat(parts).equals(left)).toBe(true)
      expect(hasGap).toBe(from! < until! && pruned > from!)
    }),
  )
})

test('a part that was deleted is passed over in one step, however long it is', async () => {
  const log = new MemoryLog(1_000_000)
  const pages = new PageCache({
    readAfter: (offset, limit) => log.readAfter(Math.max(offset, 900_000), limit),
  })
  const { bytes, lastOffset, hasGap } = await pages.readAfter(5, 1_000_000)
  expect({ length: bytes.length, lastOffset, hasGap }).toEqual({
    ...{ length: 0, lastOffset: 900_000, hasGap: true },
  })
})

/** A log of messages of one length. */
function logOf(count: number, contentLength: number) {
  const createdAt = '2024-01-01T12:00:00.000Z'
  const entryAt = (offset: number) =>
    messageEntry(newEntry({ content: 'x'.repeat(contentLength) }), {
      id: offset,
      offset,
      createdAt,
    })
  let reads = 0
  const readAfter = async (offset: number, limit: number) => {
    reads += 1
    return Array.from({ length: Math.max(0, Math.min(limit, count - offset)) }, (_, i) =>
      entryAt(offset + 1 + i),
    )
  }
  return { store: { readAfter }, reads: () => reads }
}

test.each([100, 1_000, 10_000, 60_000, 200_000])(
  'messages of %d characters are handed out in order, in parts that a socket can hold',
  async (contentLength) => {
    const { store } = logOf(700, contentLength)
    const pages = new PageCache(store)
    let after = 0
    while (after < 700) {
      const { bytes, lastOffset, hasGap } = await pages.readAfter(after, 700)
      expect(hasGap).toBe(false)
      expect(lastOffset).toBeGreaterThan(after)
      expect(bytes.length).toBeLessThan(Math.max(65_536, contentLength + 300) + 1)
      expect(bytes.toString().match(/"offset":\d+/g)).toEqual(
        Array.from({ length: lastOffset - after }, (_, i) => `"offset":${after + 1 + i}`),
      )
      after = lastOffset
    }
    expect(after).toBe(700)
  },
)

test('a log of which a store reads a few long entries at once is read whole, whoever else reads', async () => {
  const store = await longLog(700)
  const pages = new PageCache(store)
  const read = async (from: number) => {
    const parts: Buffer[] = []
    let after = from
    while (after < 700) {
      const { bytes, lastOffset, hasGap } = await pages.readAfter(after, 700)
      expect(hasGap).toBe(false)
      expect(lastOffset).toBeGreaterThan(after)
      parts.push(bytes)
      after = lastOffset
    }
    return Buffer.concat(parts)
  }
  const entries: LogEntry[] = []
  while (entries.length < 700) entries.push(...(await store.readAfter(entries.length, 700)))
  const frames = entries.map((entry) => encodeFrame(entryFrame(entry)!))
  const [all, later] = await Promise.all([read(0), read(300)])
  expect(all.equals(Buffer.concat(frames))).toBe(true)
  expect(later.equals(Buffer.concat(frames.slice(300)))).toBe(true)
})

/** A store with so many messages, of which those from 200 to 400 are long. */
async function longLog(count: number): Promise<MemoryStore> {
  const store = new MemoryStore(createParts())
  const content = (i: number) => (i >= 200 && i < 400 ? 'x'.repeat(50_000) : 'short')
  await store.append(
    Array.from({ length: count }, (_, i) => newEntry({ content: content(i) })),
    '2024-01-01T12:00:00.000Z',
  )
  return store
}

test('pages of long messages are kept up to 16 MB, and one that all resume from is read once', async () => {
  const { store, reads } = logOf(256, 60_000)
  const pages = new PageCache(store)
  const readAll = async () => {
    for (let after = 0; after < 256; ) after = (await pages.readAfter(after, 256)).lastOffset
  }
  await readAll()
  const first = reads()
  await readAll()
  expect(reads()).toBe(first)
})

test('what is handed out keeps no more than 64 KB in memory, however long its page', async () => {
  const store = new MemoryStore(createParts())
  const content = 'x'.repeat(900)
  await store.append(
    Array.from({ length: PAGE_SIZE }, () => newEntry({ content })),
    '2024-01-01T12:00:00.000Z',
  )
  const pages = new PageCache(store)
  let read = 0
  for (let after = 0; after < PAGE_SIZE; ) {
    const { bytes, lastOffset, hasGap } = await pages.readAfter(after, PAGE_SIZE)
    expect(hasGap).toBe(false)
    expect(bytes.buffer.byteLength).toBeLessThanOrEqual(64 * 1024)
    read += bytes.length
    after = lastOffset
  }
  expect(read).toBeGreaterThan(PAGE_SIZE * content.length)
  // From the inside of a piece, too.
  const inside = await pages.readAfter(100, PAGE_SIZE)
  expect(inside.bytes.toString()).toContain('"offset":101}')
  expect(inside.bytes.buffer.byteLength).toBeLessThanOrEqual(64 * 1024)
})
