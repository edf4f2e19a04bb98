import { Writable } from 'node:stream'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Connection } from '../../../src/server/delivery/connection.ts'
import { encodeFrame } from '../../../src/server/frames/encode-frame.ts'
import { type LogFrames, PageCache } from '../../../src/server/log/page-cache.ts'
import { Replay } from '../../../src/server/log/replay.ts'
import { Tail } from '../../../src/server/log/tail.ts'
import { StreamTransport } from '../delivery/stream-transport.ts'

/** Offsets in a page of the model. */
const PAGE_SIZE = 3

/** Room for four large frames, where a socket holds back three. */
const TAIL_BYTES = 128 * 1024

/** Makes a frame so large that three of them fill a socket. */
const PADDING = 'x'.repeat(30 * 1024)

/** Offset → its frame: they are the same in all runs. */
const frames = new Map<number, Buffer>()

function durable(offset: number): Buffer {
  const frame = frames.get(offset) ?? makeDurable(offset)
  frames.set(offset, frame)
  return frame
}

function makeDurable(offset: number): Buffer {
  const padding = offset % 4 === 0 ? '' : PADDING
  return encodeFrame({ type: 'ERROR', code: 'INTERNAL', message: `durable ${offset} ${padding}` })
}

/** Pages of a log in memory that come when the test lets them. */
class HeldPages extends PageCache {
  readonly log: Buffer[] = []
  #waiting: { read: () => LogFrames; settle: PromiseWithResolvers<LogFrames> }[] = []

  constructor() {
    super({ readAfter: () => Promise.reject(new Error('not the store')) })
  }

  get waitingCount(): number {
    return this.#waiting.length
  }

  override readAfter(offset: number, until: number): Promise<LogFrames> {
    const settle = withResolvers<LogFrames>()
    const read = () => {
      const pageEnd = (Math.floor(offset / PAGE_SIZE) + 1) * PAGE_SIZE
      const lastOffset = Math.min(until, pageEnd, this.log.length)
      const bytes = Buffer.concat(this.log.slice(offset, lastOffset))
      return { bytes, lastOffset, hasGap: false }
    }
    this.#waiting.push({ read, settle })
    return settle.promise
  }

  /** Lets the `index`-th page that is waited for come, or fail. */
  async settle(index: number, error?: Error): Promise<void> {
    const [page] = this.#waiting.splice(index % Math.max(1, this.#waiting.length), 1)
    if (!page) return
    if (error) page.settle.reject(error)
    else page.settle.resolve(page.read())
    await new Promise(process.nextTick)
  }
}

interface PromiseWithResolvers<T> {
  promise: Promise<T>
  resolve: (value: T) => void
  reject: (error: Error) => void
}

function withResolvers<T>(): PromiseWithResolvers<T> {
  let resolve: (value: T) => void = () => {}
  let reject: (error: Error) => void = () => {}
  const promise = new Promise<T>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}

/** A socket whose peer takes one write at a time, when it is told to. */
class HeldSocket extends Writable {
  readonly taken: Buffer[] = []
  #held: { chunk: Buffer; done: () => void } | undefined

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#held = { chunk, done }
  }

  /** Takes one write; false when there is none. */
  take(): boolean {
    const held = this.#held
    if (!held) return false
    this.#held = undefined
    this.taken.push(held.chunk)
    held.done()
    return true
  }
}

/** A server in small, and clients that resume from where they were whenever they are cut off. */
class Model {
  readonly pages = new HeldPages()
  readonly tail: Tail
  readonly clients: Client[] = []
  /** Frames that were broadcast since the server started, in order. */
  readonly broadcasts: { bytes: Buffer; offset: number | undefined }[] = []

  /** @param stored entries in the log that the tail does not hold */
  constructor(stored: number) {
    for (let offset = 1; offset <= stored; offset++) this.pages.log.push(durable(offset))
    this.tail = new Tail(TAIL_BYTES, stored)
  }

  get offset(): number {
    return this.pages.log.length
  }

  commit(): void {
    const bytes = durable(this.offset + 1)
    this.pages.log.push(bytes)
    this.tail.appendDurable(bytes, 'chat 1')
    this.broadcasts.push({ bytes, offset: this.offset })
  }

  tellStatus(userId: number): void {
    const bytes = encodeFrame({ type: 'USER_ONLINE', userId, timestamp: `${userId}` })
    this.tail.appendState(bytes, { key: `status ${userId}`, ofUser: userId })
    this.broadcasts.push({ bytes, offset: undefined })
  }

  flush(): void {
    this.tail.seal()
    for (const client of this.clients) client.pump()
  }
}

/** What one connection must be sent: bytes, and for a durable frame its offset. */
type Expected = { bytes: Buffer; offset?: number | undefined }

class Client {
  readonly #model: Model
  /** The newest offset seen. */
  seen: number
  #connection: Connection | undefined
  #socket = new HeldSocket()
  #replayed: Expected[] = []
  #broadcastsBefore = 0
  /** How many frames of this connection have been checked. */
  #checked = 0

  constructor(model: Model, seen: number) {
    this.#model = model
    this.seen = seen
  }

  get isOpen(): boolean {
    return this.#connection?.isOpen === true
  }

  get isComplete(): boolean {
    return this.isOpen && this.seen === this.#model.offset && this.#replayed.length > 0
  }

  connect(): void {
    const { tail, offset: until, pages, broadcasts } = this.#model
    this.#socket = new HeldSocket()
    const transport = new StreamTransport(this.#socket)
    const start = { position: tail.end, offset: until }
    const connection = new Connection({ userId: 1_000, serial: 1 }, transport, start)
    const resumed = encodeFrame({ type: 'RESUMED', offset: until })
    connection.startReplay(new Replay({ after: this.seen, until }, pages, () => [resumed]))
    this.#socket.on('drain', () => connection.pump(tail))
    this.#connection = connection
    this.#broadcastsBefore = broadcasts.length
    this.#checked = 0
    this.#replayed = pages.log
      .slice(this.seen)
      .map((bytes, i): Expected => ({ bytes, offset: this.seen + 1 + i }))
      .concat({ bytes: resumed })
  }

  pump(): void {
    this.#connection?.pump(this.#model.tail)
  }

  take(): boolean {
    return this.isOpen && this.#socket.take()
  }

  /** Leaves: what it did not take is lost. Checks what it took and learns the offset it has seen. */
  drop(): void {
    this.check()
    this.#connection?.terminate()
    this.#connection = undefined
  }

  /** Checks that what it took since the last check is what comes next of what it must be sent, in whole frames. */
  check(): void {
    if (!this.#connection) return
    const taken = Buffer.concat(this.#socket.taken.splice(0))
    const live = this.#model.broadcasts
    let length = 0
    while (length < taken.length) {
      const liveIndex = this.#broadcastsBefore + this.#checked - this.#replayed.length
      const next = this.#replayed[this.#checked] ?? live[liveIndex]
      if (!next) throw new Error('more than it must be sent')
      const isNext = next.bytes.equals(taken.subarray(length, length + next.bytes.length))
      if (!isNext) throw new Error(`not the frame after ${this.seen} at byte ${length}`)
      length += next.bytes.length
      this.#checked += 1
      if (next.offset !== undefined) this.seen = Math.max(this.seen, next.offset)
    }
  }
}

type Step =
  | { do: 'commit' }
  | { do: 'status' }
  | { do: 'flush' }
  | { do: 'page'; which: number }
  | { do: 'fail'; which: number }
  | { do: 'connect'; which: number }
  | { do: 'drop'; which: number }
  | { do: 'take'; which: number; count: number }

const which = fc.nat(11)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('commit' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('status' as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('flush' as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('connect' as const), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('drop' as const), which }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('page' as const), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('fail' as const), which }) },
  {
    weight: 7,
    arbitrary: fc.record({ do: fc.constant('take' as const), which, count: fc.nat(6) }),
  },
)

async function perform(model: Model, next: Step): Promise<void> {
  if (next.do === 'commit') model.commit()
  else if (next.do === 'status') model.tellStatus(1 + model.broadcasts.length)
  else if (next.do === 'flush') model.flush()
  else if (next.do === 'page') await model.pages.settle(next.which)
  else if (next.do === 'fail') await model.pages.settle(next.which, new Error('broken'))
  else {
    const client = model.clients[next.which % model.clients.length]!
    if (next.do === 'drop') client.drop()
    else if (next.do === 'connect') {
      if (client.isOpen) return
      client.drop()
      client.connect()
    } else for (let i = 0; i < next.count; i++) client.take()
  }
}

/** Lets all clients come back and take all there is, until they have seen the whole log. */
async function settleAll(model: Model): Promise<void> {
  for (let round = 0; round < 1_000; round++) {
    for (const client of model.clients) {
      if (client.isOpen) continue
      client.drop()
      client.connect()
    }
    model.flush()
    await model.pages.settle(0)
    for (const client of model.clients) while (client.take()) client.pump()
    for (const client of model.clients) client.check()
    if (model.clients.every((client) => client.isComplete)) return
  }
  throw new Error('some client never got the whole log')
}

test('clients that lag, drop and resume get every durable frame once, RESUMED exactly before the live ones', async () => {
  const positions = fc.array(fc.nat(10), { minLength: 3, maxLength: 3 })
  const steps = fc.array(step, { maxLength: 120, size: 'max' })
  await fc.assert(
    fc.asyncProperty(fc.nat(10), positions, steps, async (stored, since, script) => {
      const model = new Model(stored)
      for (const seen of since) model.clients.push(new Client(model, Math.min(seen, stored)))
      for (const next of script) {
        await perform(model, next)
        for (const client of model.clients) client.check()
      }
      await settleAll(model)
    }),
    { numRuns: 300 },
  )
}, 60_000)

const never = () => {
  throw new Error('nothing was to be read')
}

/** A tail of small frames that holds `offsets` after `lastOffset`, one in a chunk. */
function tailOf(lastOffset: number, count: number): Tail {
  const tail = new Tail(1024, lastOffset)
  for (let i = 1; i <= count; i++) {
    tail.appendDurable(Buffer.from(`${lastOffset + i};`), 'chat 1')
    tail.seal()
  }
  return tail
}

/** All that a replay hands out until it has nothing for now. */
function takeAll(replay: Replay, tail: Tail, wake: (error?: unknown) => void = never): string {
  let text = ''
  for (;;) {
    const bytes = replay.next(tail, undefined, wake)
    if (!bytes) return text
    text += String(bytes)
  }
}

test('a range inside the tail is handed out at once, without any pages', () => {
  const replay = new Replay({ after: 6, until: 9 }, undefined, () => [Buffer.from('end')])
  expect(takeAll(replay, tailOf(5, 5))).toBe('7;8;9;end')
  expect([replay.isDone, replay.isLost]).toEqual([true, false])
})

test('an empty range is only its end', () => {
  const replay = new Replay({ after: 3, until: 3 }, undefined, () => [Buffer.from('end')])
  expect(takeAll(replay, tailOf(5, 5))).toBe('end')
  expect(replay.isDone).toBe(true)
})

test('a replay is done only when the last frame of its end is handed out', () => {
  const end = ['a', 'b'].map((text) => Buffer.from(text))
  const replay = new Replay({ after: 5, until: 5 }, undefined, () => end)
  const tail = tailOf(5, 0)
  expect([String(replay.next(tail, undefined, never)), replay.isDone]).toEqual(['a', false])
  expect([String(replay.next(tail, undefined, never)), replay.isDone]).toEqual(['b', true])
})

test('what is not sealed yet is waited for', () => {
  const tail = tailOf(5, 1)
  tail.appendDurable(Buffer.from('7;'), 'chat 1')
  const replay = new Replay({ after: 5, until: 7 }, undefined, () => [Buffer.from('end')])
  expect(takeAll(replay, tail)).toBe('6;')
  expect([replay.isDone, replay.isLost]).toEqual([false, false])
  tail.seal()
  expect(takeAll(replay, tail)).toBe('7;end')
})

test('without pages a replay is lost once its next frame has left the tail', () => {
  const replay = new Replay({ after: 4, until: 10 }, undefined, () => [Buffer.from('end')])
  expect(takeAll(replay, tailOf(5, 5))).toBe('')
  expect([replay.isDone, replay.isLost]).toEqual([false, true])
})

test('a replay is lost when its end cannot be told any more', () => {
  const replay = new Replay({ after: 9, until: 10 }, undefined, () => undefined)
  expect(takeAll(replay, tailOf(5, 5))).toBe('10;')
  expect([replay.isDone, replay.isLost]).toEqual([false, true])
})

test('one page is asked for at a time, and wake is called when it has come', async () => {
  const pages = new HeldPages()
  for (let offset = 1; offset <= 7; offset++) pages.log.push(Buffer.from(`${offset};`))
  const tail = tailOf(5, 2)
  const replay = new Replay({ after: 1, until: 7 }, pages, () => [Buffer.from('end')])
  let wakes = 0
  const wake = () => {
    wakes += 1
  }
  expect([takeAll(replay, tail, wake), takeAll(replay, tail, wake)]).toEqual(['', ''])
  expect(pages.waitingCount).toBe(1)
  await pages.settle(0)
  expect([wakes, takeAll(replay, tail, wake)]).toEqual([1, '2;3;'])
  await pages.settle(0)
  expect([wakes, takeAll(replay, tail, wake)]).toEqual([2, '4;5;6;7;end'])
})

test('a failed read is told to wake, and nothing is handed out from then on', async () => {
  const pages = new HeldPages()
  pages.log.push(Buffer.from('1;'), Buffer.from('2;'))
  const tail = tailOf(2, 1)
  const replay = new Replay({ after: 0, until: 3 }, pages, () => [])
  const errors: unknown[] = []
  expect(takeAll(replay, tail, (error) => errors.push(error))).toBe('')
  await pages.settle(0, new Error('broken'))
  expect(errors).toEqual([new Error('broken')])
  expect(takeAll(replay, tail)).toBe('')
  expect(replay.isDone).toBe(false)
})
