import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import { ChatwsError } from '../../protocol/error.ts'
import type { NewEntry } from '../../storage/entries.ts'
import type { Outcome, Store } from '../../storage/store.ts'
import { holdSteps } from '../../storage/turns.ts'
import { FairQueue } from './fair-queue.ts'

/**
 * Entries stored in one transaction at most; more wait for the next one. Twice as many hold the event
 * loop twice as long, and are stored no sooner.
 */
const MAX_BATCH = 500

/**
 * The text of a batch in UTF-16 code units, but always one entry. As many ordinary messages as a
 * batch may have are less.
 */
const MAX_BATCH_LENGTH = 256 * 1024

/** Entries that may wait; beyond that, new ones are refused at once. */
const MAX_WAITING = 20_000

/** The same of the text of those that wait. */
const MAX_WAITING_LENGTH = 512 * MAX_BATCH_LENGTH

/** The pause before a batch is tried again; it doubles up to the maximum. */
const RETRY_MS = { first: 25, max: 1_000 }

/** Where a batch's outcome goes; `origins` are in the order of the entries. */
export interface CommitListener<Origin> {
  /** What is stored is durable. The next batch waits for what this returns. */
  onCommitted(outcomes: readonly Outcome[], origins: readonly Origin[]): void | Promise<void>
  /**
   * The entries will not be stored by the writer. The error's code says why:
   * STORAGE_UNAVAILABLE (not stored, may be sent again), STORAGE_REJECTED (the database refuses
   * this entry) or COMMIT_UNKNOWN (it may be stored, and has no name to find out by).
   */
  onFailed(entries: readonly NewEntry[], origins: readonly Origin[], error: ChatwsError): void
}

export interface WriterOptions {
  /** How long a batch is tried again before its senders are told that the store is away. */
  readonly patienceMs: number
  /** How long to let a batch gather, because its outcome could not be told sooner anyway. */
  readonly pauseMs?: () => number
  /** Told how long each stored batch took. */
  readonly onCommitTime?: (tookMs: number) => void
}

interface Batch<Origin> {
  readonly entries: readonly NewEntry[]
  readonly origins: readonly Origin[]
}

/**
 * Puts entries into the log by group commit: the next batch forms while the last one is written.
 * Of what waits, each sender has its turn. An idle writer commits with the turn of the event loop in which an entry arrived, so there is
 * no delay to tune; under load batches grow by themselves.
 *
 * While the store is away, entries wait and are then refused, so that neither memory nor waiting
 * grows without bound; the first success brings everything back.
 */
export class Writer<Origin> {
  readonly #store: Pick<Store, 'append'>
  readonly #listener: CommitListener<Origin>
  readonly #patienceMs: number
  readonly #pauseMs: () => number
  readonly #onCommitTime: (tookMs: number) => void
  readonly #queue = new FairQueue<{ entry: NewEntry; origin: Origin }>()
  /** The text of the entries that wait. */
  #waitingLength = 0
  #isRunning = false
  /** Those that wait until all that was submitted before some place has been heard of. */
  #waiters: { until: number; resolve: () => void }[] = []
  /** The pause before the next batch: 0 unless the last one was given up. */
  #awayPauseMs = 0

  constructor(
    store: Pick<Store, 'append'>,
    listener: CommitListener<Origin>,
    options: WriterOptions,
  ) {
    this.#store = store
    this.#listener = listener
    this.#patienceMs = options.patienceMs
    this.#pauseMs = options.pauseMs ?? (() => 0)
    this.#onCommitTime = options.onCommitTime ?? (() => {})
  }

  /** Entries that wait for the next batch. */
  get waiting(): number {
    return this.#queue.size
  }

  /** Takes an entry; the listener hears of it, with `origin`, exactly once. */
  submit(entry: NewEntry, origin: Origin): void {
    if (this.#queue.size >= MAX_WAITING || this.#waitingLength >= MAX_WAITING_LENGTH) {
      const error = new ChatwsError('STORAGE_UNAVAILABLE', 'Too many messages wait to be stored')
      this.#listener.onFailed([entry], [origin], error)
      return
    }
    this.#waitingLength += lengthOf(entry)
    this.#queue.push(entry.senderId, { entry, origin })
    if (!this.#isRunning) void this.#run()
  }

  /** Resolves when every entry submitted so far has been heard of. */
  flush(): Promise<void> {
    if (!this.#isRunning) return Promise.resolve()
    const until = this.#queue.end
    return new Promise((resolve) => this.#waiters.push({ until, resolve }))
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    const letSteps = holdSteps()
    while (this.#queue.size > 0) {
      // SQLite answers within microtasks: without this, sockets would never be read in between.
      await turn()
      const pauseMs = Math.max(this.#awayPauseMs, this.#pauseMs())
      if (pauseMs >= 1) await sleep(pauseMs)
      const batch = this.#takeBatch()
      await this.#commit(batch)
      this.#tellWaiters()
    }
    this.#isRunning = false
    // Once it was sent, too, as it is in this turn or the next one.
    setImmediate(letSteps)
  }

  #takeBatch(): Batch<Origin> {
    let length = 0
    const taken = this.#queue.takeWhile(({ entry }, count) => {
      const own = lengthOf(entry)
      if (count === MAX_BATCH || (count > 0 && length + own > MAX_BATCH_LENGTH)) return false
      length += own
      return true
    })
    this.#waitingLength -= length
    return {
      entries: taken.map(({ entry }) => entry),
      origins: taken.map(({ origin }) => origin),
    }
  }

  #tellWaiters(): void {
    if (this.#waiters.length === 0) return
    const { first } = this.#queue
    while (this.#waiters.length > 0 && this.#waiters[0]!.until <= first)
      this.#waiters.shift()!.resolve()
  }

  /** Stores a batch, or tells of every entry why it was not. */
  async #commit(batch: Batch<Origin>): Promise<void> {
    // While the store is away, a batch gets one attempt: its senders have waited long enough.
    const giveUpMs = performance.now() + (this.#awayPauseMs > 0 ? 0 : this.#patienceMs)
    let rest = batch
    for (let pauseMs = RETRY_MS.first; ; pauseMs = longer(pauseMs)) {
      const error = await this.#attempt(rest)
      if (!error) return
      if (error.code === 'STORAGE_REJECTED') return this.#isolate(rest, error)
      if (error.code === 'COMMIT_UNKNOWN') rest = this.#giveUpNameless(rest, error)
      if (performance.now() + pauseMs > giveUpMs) {
        this.#awayPauseMs = longer(this.#awayPauseMs)
        this.#listener.onFailed(rest.entries, rest.origins, error)
        return
      }
      await sleep(pauseMs)
    }
  }

  /** Stores a batch; returns what went wrong. */
  async #attempt({ entries, origins }: Batch<Origin>): Promise<ChatwsError | undefined> {
    let outcomes: Outcome[]
    const startMs = performance.now()
    try {
      outcomes = await this.#store.append(entries, new Date().toISOString())
    } catch (error) {
      if (error instanceof ChatwsError) return error
      return new ChatwsError('STORAGE_REJECTED', 'The store failed', { cause: error })
    }
    this.#onCommitTime(performance.now() - startMs)
    this.#awayPauseMs = 0
    await this.#listener.onCommitted(outcomes, origins)
    return undefined
  }

  /** Finds the entries that the database refuses by halves, so that they fail alone. */
  async #isolate({ entries, origins }: Batch<Origin>, error: ChatwsError): Promise<void> {
    if (entries.length === 1) {
      this.#listener.onFailed(entries, origins, error)
      return
    }
    const middle = Math.ceil(entries.length / 2)
    await this.#commit({ entries: entries.slice(0, middle), origins: origins.slice(0, middle) })
    await this.#commit({ entries: entries.slice(middle), origins: origins.slice(middle) })
  }

  /**
   * Gives up the entries of a batch that may have been committed and have no name: tried again
   * they could be stored twice. Returns the others, whose names are stored once.
   */
  #giveUpNameless({ entries, origins }: Batch<Origin>, error: ChatwsError): Batch<Origin> {
    const select = (isNamed: boolean) => {
      const isWanted = (_: unknown, i: number) => (entries[i]!.clientId !== undefined) === isNamed
      return { entries: entries.filter(isWanted), origins: origins.filter(isWanted) }
    }
    const nameless = select(false)
    if (nameless.entries.length > 0)
      this.#listener.onFailed(nameless.entries, nameless.origins, error)
    return select(true)
  }
}

/** What an edit counts at least: all that the message said before is read. */
const EDITED_LENGTH = 16 * 1024

/** What a user counts that an entry is about: several rows are read for each, and written. */
const USER_LENGTH = 512

/** What there is to do for an entry, as the length of a text that takes as long. */
function lengthOf(entry: NewEntry): number {
  if (entry.type === 'message') return entry.content.length + (entry.filePaths?.length ?? 0)
  if (entry.type === 'chat') return (1 + entry.members.length) * USER_LENGTH
  if (entry.type === 'members')
    return 'userIds' in entry.action ? entry.action.userIds.length * USER_LENGTH : USER_LENGTH
  return entry.type === 'edit' ? Math.max(entry.content.length, EDITED_LENGTH) : 0
}

function longer(pauseMs: number): number {
  return Math.min(Math.max(RETRY_MS.first, 2 * pauseMs), RETRY_MS.max)
}
