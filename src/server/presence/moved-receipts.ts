import type { BusEvents } from '../../bus/bus.ts'
import type { MovedCursor } from '../../storage/conversation.ts'
import { receiptFrame } from '../delivery/deliver-events.ts'
import type { FrameFilter, Place } from '../frames/audience.ts'
import { encodeFrame } from '../frames/encode-frame.ts'
import { type FrameRun, sliceFrames, startsOf } from '../frames/frame-run.ts'

/** How long what was read is shared by all who resume, from whatever offset. */
const SHARED_MS = 1_000

/** Receipts that may come to what is shared; then it is read anew. */
const MAX_NEWER = 2_000

/** Cursors as frames, one after the other, by the offset at which they last moved. */
interface Moved extends FrameRun {
  readonly offsets: readonly number[]
}

/** Whom a receipt is told to. */
type PlaceOfReceipt = (receipt: BusEvents['receipt']) => Place

interface Shared {
  /** It holds all cursors that moved when the log stood here or later, as far as they are told. */
  readonly from: number
  readonly moved: Promise<Moved>
  /** What moved since it was asked for, in one piece where it was told so last. */
  newer: FrameRun[]
  newerCount: number
}

/**
 * The frames of the cursors that moved since an offset, in memory once for all who ask within a
 * second: clients that do not read what they are sent hold it, and they come from many offsets.
 */
export class MovedReceipts {
  readonly #read: (from: number) => Promise<MovedCursor[]>
  readonly #placeOf: PlaceOfReceipt
  #shared: Shared | undefined

  /** @param read tells the cursors that moved when the log stood at an offset or later, by offset */
  constructor(read: (from: number) => Promise<MovedCursor[]>, placeOf: PlaceOfReceipt) {
    this.#read = read
    this.#placeOf = placeOf
  }

  /**
   * The frames of the cursors that moved at `offset` or later, where the log stands at `newest`, as far
   * as a filter lets them through.
   */
  async since(
    { offset, newest }: { offset: number; newest: number },
    filter: FrameFilter | undefined,
  ): Promise<Buffer[]> {
    const known = this.#shared
    const shared = known && known.from <= offset ? known : this.#share(offset, newest)
    const moved = await shared.moved
    if (shared.newer.length > 1) shared.newer = [joined(shared.newer)]
    const first = moved.offsets.findIndex((one) => one >= offset)
    const told =
      first < 0 ? [] : [sliceFrames(moved, { from: first, to: moved.starts.length }, filter)]
    const newer = shared.newer.map((run) =>
      sliceFrames(run, { from: 0, to: run.starts.length }, filter),
    )
    return [...told, ...newer].filter(({ length }) => length > 0)
  }

  /** Who resumes from now on is not told of this one as all are: it comes later. */
  add(receipt: BusEvents['receipt']): void {
    const shared = this.#shared
    if (!shared) return
    const bytes = encodeFrame(receiptFrame(receipt))
    shared.newer.push({ bytes, starts: [0], places: [this.#placeOf(receipt)] })
    shared.newerCount += 1
    if (shared.newerCount > MAX_NEWER) this.#shared = undefined
  }

  #share(offset: number, newest: number): Shared {
    // Twice as far back each time, so that few are read for however many offsets.
    const distance = 2 ** Math.ceil(Math.log2(Math.max(1, newest - offset)))
    const from = Math.max(0, newest - distance)
    const moved = this.#read(from).then((cursors) => encode(cursors, this.#placeOf))
    const shared: Shared = { from, moved, newer: [], newerCount: 0 }
    const forget = () => {
      if (this.#shared === shared) this.#shared = undefined
    }
    this.#shared = shared
    setTimeout(forget, SHARED_MS).unref()
    moved.catch(forget)
    return shared
  }
}

function encode(cursors: readonly MovedCursor[], placeOf: PlaceOfReceipt): Moved {
  const receipts = cursors.map(({ userId, kind, chatId, delivered, read }) => ({
    ...{ userId, chat: { kind, id: chatId }, delivered, read },
  }))
  const frames = receipts.map((receipt) => encodeFrame(receiptFrame(receipt)))
  return {
    bytes: Buffer.concat(frames),
    starts: startsOf(frames),
    places: receipts.map(placeOf),
    offsets: cursors.map(({ offset }) => offset),
  }
}

function joined(runs: readonly FrameRun[]): FrameRun {
  return {
    bytes: Buffer.concat(runs.map(({ bytes }) => bytes)),
    starts: startsOf(runs.flatMap(framesOf)),
    places: runs.flatMap(({ places }) => places),
  }
}

function framesOf({ bytes, starts }: FrameRun): Buffer[] {
  return starts.map((start, i) => bytes.subarray(start, starts[i + 1]))
}
