import type { Block } from './block.ts'

/**
 * Bytes of the whole frames from `start` on that are the same as those at `at`, the first of them
 * being the rest of the entry at `place`; 0 when not even that one is.
 */
export function sameFrames(
  block: Block,
  place: number,
  start: number,
  bytes: Buffer,
  at: number,
  count: number,
): number {
  let same = place
  let differing = place + 1
  while (differing < block.count && block.starts[differing]! - start < count) differing += 1
  if (block.starts[differing]! - start > count) differing -= 1
  // Frames before `same` are the same; up to `differing`, not all are, or more is not there.
  while (same < differing) {
    const middle = (same + differing + 1) >>> 1
    const stop = block.starts[middle]!
    if (block.bytes.compare(bytes, at, at + stop - start, start, stop) === 0) same = middle
    else differing = middle - 1
  }
  return same === place ? 0 : block.starts[same]! - start
}
