import type { ServerFrame } from '../../protocol/server-frames.ts'
import { encodeFrame } from '../frames/encode-frame.ts'
import type { Refusals } from '../telemetry/refusals.ts'
import type { Connection } from './connection.ts'
import type { FanOut } from './fan-out.ts'

/** Answers single connections, and counts what was refused. */
export class Responder {
  readonly #fanOut: FanOut
  readonly #refusals: Refusals

  constructor(fanOut: FanOut, refusals: Refusals) {
    this.#fanOut = fanOut
    this.#refusals = refusals
  }

  /** Sends a frame to one connection, with the next flush. */
  reply(connection: Connection, frame: ServerFrame): void {
    if (frame.type === 'ERROR') this.#refusals.countFrame(frame.code)
    this.#fanOut.send(connection, encodeFrame(frame))
  }
}
