import type { BusEvents } from '../../bus/bus.ts'
import type { MovedCursor } from '../../storage/conversation.ts'
import { receiptFrame } from '../delivery/deliver-events.ts'
import { encodeFrame } from '../frames/encode-frame.ts'
import { startsOf } from '../frames/frame-run.ts'

/** How long what was read is shared by all who resume, from whatever offset. */
const SHARED_MS = 1_000

/** Receipts that may come to what is shared; then it is read anew. */
const MAX_NEWER = 2_000

/** Cursors as frames, one after the other, by the offset at which they last moved. */
interface Moved {
  readonly bytes: Buffer
  readonly starts: readonly number[]
  readonly offsets: readonly number[]
}

interface Shared {
  /** It holds all cursors that moved when the log stood here or later, as far as they are told. */
  readonly from: number
  readonly moved: Promise<Moved>
  /** What moved since it was asked for. */
  newer: Buffer[]
  newerCount: number
}

/**
 * The frames of the cursors that moved since an offset, in memory once for all who ask within a
 * second: clients that do not read what they are sent hold it, and they come from many offsets.
 */
export class MovedReceipts {
  readonly #read: (from: number) => Promise<MovedCursor[]>
  #shared: Shared | undefined

  /** @param read tells the cursors that moved when the log stood at an offset or later, by offset */
  constructor(read: (from: number) => Promise<MovedCursor[]>) {
    this.#read = read
  }

  /** The frames of the cursors that moved at `offset` or later, where the log stands at `newest`. */
  async since(offset: number, newest: number): Promise<Buffer[]> {
    const known = this.#shared
    const shared = known && known.from <= offset ? known : this.#share(offset, newest)
    const { bytes, starts, offsets } = await shared.moved
    if (shared.newer.length > 1) shared.newer = [Buffer.concat(shared.newer)]
    const first = offsets.findIndex((one) => one >= offset)
    const told = first < 0 ? [] : [bytes.subarray(starts[first])]
    return [...told, ...shared.newer]
  }

  /** Who resumes from now on is not told of this one as all are: it comes later. */
  add(receipt: BusEvents['receipt']): void {
    const shared = this.#shared
    if (!shared) return
    shared.newer.push(encodeFrame(receiptFrame(receipt)))
    shared.newerCount += 1
    if (shared.newerCount > MAX_NEWER) this.#shared = undefined
  }

  #share(offset: number, newest: number): Shared {
    // Twice as far back each time, so that few are read for however many offsets.
    const distance = 2 ** Math.ceil(Math.log2(Math.max(1, newest - offset)))
    const from = Math.max(0, newest - distance)
    const moved = this.#read(from).then(encode)
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

function encode(cursors: readonly MovedCursor[]): Moved {
  const frames = cursors.map(({ userId, kind, chatId, delivered, read }) =>
    encodeFrame(receiptFrame({ userId, chat: { kind, id: chatId }, delivered, read })),
  )
  return {
    bytes: Buffer.concat(frames),
    starts: startsOf(frames),
    offsets: cursors.map(({ offset }) => offset),
  }
}
