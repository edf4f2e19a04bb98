import type { Place } from '../frames/audience.ts'
import type { FrameRun } from '../frames/frame-run.ts'

/** A run of whole frames that was sealed in one go. */
export interface Chunk {
  /** Position of its first byte. */
  readonly start: number
  readonly bytes: Buffer
  /** The offset of its first durable frame; of the next one to come where it has none. */
  readonly firstOffset: number
  readonly durable: FrameRun
  /** The frames that tell a state, in order. */
  readonly states: readonly StateFrame[]
}

/** A state that a frame tells: the next frame with the same key makes it obsolete. */
export interface State {
  /** A number is a user's status: thousands of them may come at once, and a number takes no memory. */
  readonly key: string | number
  /** Whom it is for. */
  readonly place?: Place
  /** The user whose status it is: no news to that user. */
  readonly ofUser?: number | undefined
}

/** Where in its chunk a frame lies that tells a state. */
export interface StateFrame extends State {
  readonly start: number
  readonly end: number
}

/** What was sealed in one go: each frame, and whom it is for. */
export interface Sealed {
  /** Position of the first byte. */
  readonly start: number
  readonly frames: readonly Buffer[]
  readonly places: readonly Place[]
}

const NOTHING = Buffer.alloc(0)

/** What is durable in a chunk in which nothing is. */
export const NO_FRAMES: FrameRun = { bytes: NOTHING, starts: [], places: [] }

/** The states in a chunk that has none. */
export const NO_STATES: readonly StateFrame[] = []

/** Stands for a chunk that left the tail, so that its bytes can be collected. */
export const DROPPED: Chunk = {
  start: 0,
  bytes: NOTHING,
  firstOffset: 0,
  durable: NO_FRAMES,
  states: NO_STATES,
}
