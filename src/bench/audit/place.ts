import type { Offsets } from './offset-ledger.ts'
import type { Roster } from './roster.ts'

/** How far one connection has come in what it is sent. */
export class Place {
  /** Whose connection it is. */
  readonly user: number
  /** Which durable events it has had. */
  readonly offsets: Offsets
  /** Index in the stream of what comes next; -1 until it has found its place. */
  index = -1
  /** Whether arrivals on it are timed. */
  isTimed = true
  /** Whether its socket was greeted. */
  isGreeted = false
  /** Whether it is being sent what it missed while it was away. */
  isReplaying = false
  /** Whether others had the time to bring what it cannot place. */
  hasWaited = false
  /** What it knows of who is online; undefined before its greeting. */
  roster: Roster | undefined

  constructor(user: number, offsets: Offsets) {
    this.user = user
    this.offsets = offsets
  }

  /** Begins on a new socket. @param keepsPlace whether it resumes */
  begin(keepsPlace: boolean): void {
    this.isReplaying = keepsPlace
    this.isGreeted = false
    if (keepsPlace) this.offsets.resume()
    else this.offsets.forget()
  }
}
