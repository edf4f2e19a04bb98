import { encodeFrame } from '../server/frames/encode-frame.ts'
import { entryFrame } from '../server/frames/entry-frame.ts'
import type { Store } from '../storage/store.ts'

/** Entries that are read at a time. */
const PAGE = 1_000

/**
 * Everything in a log after an offset, each as the frame that clients are sent; where there is none, one
 * that tells the offset alone.
 */
export async function* readFrames(
  store: Pick<Store, 'readAfter'>,
  after: number,
): AsyncGenerator<Buffer> {
  for (let last = after; ; ) {
    const entries = await store.readAfter(last, PAGE)
    for (const entry of entries)
      yield encodeFrame(entryFrame(entry) ?? { type: 'OFFSET', offset: entry.offset })
    if (entries.length === 0) return
    last = entries.at(-1)!.offset
  }
}
