import type { RawData } from 'ws'
import type { Transport } from '../delivery/transport.ts'

/** A frame that came before its connection was open. */
export interface EarlyFrame {
  readonly data: RawData
  readonly isBinary: boolean
}

/** Keeps what comes on a transport until `release`, which returns it and leaves the rest in the network. */
export function holdBack(transport: Transport, isPaused = true): { release(): EarlyFrame[] } {
  const early: EarlyFrame[] = []
  const keep = (data: RawData, isBinary: boolean) => {
    transport.pause()
    // Others that stood in the same packet follow, in spite of the pause.
    early.push({ data, isBinary })
  }
  transport.on('message', keep)
  if (isPaused) transport.pause()
  return {
    release() {
      transport.off('message', keep)
      if (isPaused) transport.resume()
      return early
    },
  }
}
