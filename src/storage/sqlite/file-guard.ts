import { closeSync, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { ChatwsError } from '../../protocol/error.ts'

/** Where a database file says how it is written: with a write-ahead log or without. */
const WRITE_VERSION_AT = 18

/** How often the file is looked at while nobody stores anything. */
const INTERVAL_MS = 1_000

/** How long a file may be away (a volume that comes back) before it is given up. */
const AWAY_LIMIT_MS = 10_000

/**
 * The files that this process watches, by path. One descriptor for all of them: closing any
 * descriptor of a file takes away the locks that SQLite holds on it in this process.
 */
const watched = new Map<string, { descriptor: number; users: number }>()

/** Whether this process has the SQLite file at `path` open. */
export function isWatched(path: string): boolean {
  return watched.has(resolve(path))
}

/**
 * Knows whether an open SQLite file is still the one that its path names. SQLite goes on to write
 * to a file that was deleted, moved or replaced, and a restart would find nothing of that.
 */
export class FileGuard {
  /** Resolves with the reason once the file is gone for good. */
  readonly gone: Promise<ChatwsError>
  readonly #path: string
  readonly #descriptor: number
  readonly #file: Stats
  readonly #writeVersion: number | undefined
  readonly #timer: NodeJS.Timeout
  #wal: number | undefined
  #awaySinceMs: number | undefined
  #reason: ChatwsError | undefined
  #giveUp: (reason: ChatwsError) => void = () => {}

  /** @param path of a file that is open, as it is going to be written */
  constructor(path: string) {
    this.#path = resolve(path)
    const own = watched.get(this.#path) ?? { descriptor: openSync(this.#path, 'r'), users: 0 }
    own.users += 1
    watched.set(this.#path, own)
    this.#descriptor = own.descriptor
    this.#file = fstatSync(this.#descriptor)
    this.#writeVersion = this.#readWriteVersion()
    this.gone = new Promise((giveUp) => {
      this.#giveUp = giveUp
    })
    this.#timer = setInterval(() => this.problem(), INTERVAL_MS).unref()
  }

  /** Why nothing may be stored or read now; undefined while all is well. */
  problem(): ChatwsError | undefined {
    if (this.#reason) return this.#reason
    const lost = this.#lost()
    if (lost !== undefined) {
      this.#reason = this.#error(lost)
      this.#giveUp(this.#reason)
      return this.#reason
    }
    const away = this.#away()
    if (away === undefined) {
      this.#awaySinceMs = undefined
      return undefined
    }
    this.#awaySinceMs ??= performance.now()
    if (performance.now() - this.#awaySinceMs < AWAY_LIMIT_MS) return this.#error(away)
    this.#reason = this.#error(away)
    this.#giveUp(this.#reason)
    return this.#reason
  }

  /** Whether the write-ahead log is not the one any more that was there first. */
  hasLostWal(): boolean {
    const wal = statSync(`${this.#path}-wal`, { throwIfNoEntry: false })?.ino
    if (this.#wal === undefined) this.#wal = wal
    return this.#wal !== wal
  }

  /** The write-ahead log was made anew. */
  forgetWal(): void {
    this.#wal = undefined
  }

  close(): void {
    clearInterval(this.#timer)
    const own = watched.get(this.#path)!
    own.users -= 1
    if (own.users > 0) return
    watched.delete(this.#path)
    closeSync(own.descriptor)
  }

  /** What happened to the file for good. */
  #lost(): string | undefined {
    if (fstatSync(this.#descriptor).nlink === 0) return 'was deleted'
    // A backup that was copied into it says something else: nobody changes that who is not alone.
    return this.#readWriteVersion() === this.#writeVersion ? undefined : 'was overwritten'
  }

  #readWriteVersion(): number | undefined {
    const byte = Buffer.alloc(1)
    const length = readSync(this.#descriptor, byte, 0, 1, WRITE_VERSION_AT)
    return length === 1 ? byte[0] : undefined
  }

  /** What may have happened to it only for a time. */
  #away(): string | undefined {
    const found = statSync(this.#path, { throwIfNoEntry: false })
    if (!found) return 'was moved away'
    const isSame = found.ino === this.#file.ino && found.dev === this.#file.dev
    return isSame ? undefined : 'was replaced by another'
  }

  #error(what: string): ChatwsError {
    return new ChatwsError(
      'STORAGE_UNAVAILABLE',
      `The database file ${this.#path} ${what} while it was open`,
    )
  }
}
