import type { FrameFilter, Place } from './audience.ts'

/** Frames with consecutive offsets, one after the other: where each begins, and whom it is for. */
export interface FrameRun {
  readonly bytes: Buffer
  readonly starts: readonly number[]
  readonly places: readonly Place[]
}

/** Durable frames up to and including the one of `lastOffset`. */
export interface DurableFrames {
  /** Empty where a filter left none of them. */
  readonly bytes: Buffer
  readonly lastOffset: number
}

const NOTHING = Buffer.alloc(0)

/** The frames from index `from` up to, not including, `to`, as far as a filter lets them through. */
export function sliceFrames(
  run: FrameRun,
  { from, to }: { from: number; to: number },
  filter: FrameFilter | undefined,
): Buffer {
  if (!filter) return between(run, from, to)
  const chosen: Buffer[] = []
  for (let i = from; i < to; i++)
    if (filter.passes(run.places[i])) chosen.push(between(run, i, i + 1))
  return chosen.length === 0 ? NOTHING : Buffer.concat(chosen)
}

function between({ bytes, starts }: FrameRun, from: number, to: number): Buffer {
  const start = starts[from] ?? bytes.length
  const end = starts[to] ?? bytes.length
  return start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end)
}

/** Where each of some frames begins when they stand one after the other. */
export function startsOf(frames: readonly Buffer[]): number[] {
  let length = 0
  return frames.map((frame) => {
    length += frame.length
    return length - frame.length
  })
}
