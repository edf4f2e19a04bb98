import type { ChatKind } from '../../protocol/chat.ts'
import { ChatwsError } from '../../protocol/error.ts'
import type { NewEntry } from '../../storage/entries.ts'
import type { MessageAge } from '../../storage/message-ages.ts'
import { StepSize } from '../../storage/step-size.ts'
import type { Store } from '../../storage/store.ts'
import { Submission } from '../delivery/submission.ts'
import type { RetentionFigures } from '../telemetry/figures.ts'
import type { ServerLog } from '../telemetry/server-log.ts'

/** The shortest retention of a chat is a minute. */
const INTERVAL_MS = 60_000

/** Chats with a retention, and ages of messages, that are read at once. */
const CHATS_PAGE = 500
const AGES_PAGE = 200

/** How long messages of each kind are kept; for good where it is undefined. */
export interface RetentionRules {
  readonly chatMs?: number | undefined
  readonly supportMs?: number | undefined
}

export interface RetentionParts {
  readonly store: Pick<Store, 'readAges' | 'prune' | 'access'>
  readonly writer: { submit(entry: NewEntry, origin: Submission): void }
  readonly serverLog: Pick<ServerLog, 'failure' | 'retentionSwept'>
  readonly rules: RetentionRules
}

/** Messages that are kept for the same time. */
interface Scope {
  readonly kind: ChatKind
  /** Undefined is all chats of the kind. */
  readonly chatId: number | undefined
}

/** How far a scope has been swept. */
interface Position {
  /** Messages up to this id are deleted. */
  readonly after: number
  /** None of those behind it was stored before this. */
  readonly oldestMs: number
}

/**
 * Deletes messages that were kept long enough, in small steps. What is to go everywhere by now is pruned
 * (decision 007); what is to go earlier, in some chats, is deleted by entries of the log (decision 023).
 */
export class RetentionSweep {
  readonly #parts: RetentionParts
  /** Scope → where it goes on. What is lost with the process is found again. */
  #positions = new Map<string, Position>()
  #timer: NodeJS.Timeout | undefined
  #sweeping: Promise<void> | undefined
  #isStopped = false
  #figures: RetentionFigures = { expired: 0, pruned: 0, sweeps: 0, lastSweepMs: 0 }

  constructor(parts: RetentionParts) {
    this.#parts = parts
  }

  get figures(): RetentionFigures {
    return this.#figures
  }

  /** Sweeps every minute, for the first time in a minute. */
  start(): void {
    this.#timer = setInterval(() => {
      this.#sweeping ??= this.sweep(new Date())
        .catch((error) =>
          this.#parts.serverLog.failure('Messages kept long enough could not be deleted', error),
        )
        .finally(() => {
          this.#sweeping = undefined
        })
    }, INTERVAL_MS).unref()
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    this.#isStopped = true
    clearInterval(this.#timer)
    await this.#sweeping
  }

  /** Deletes what was kept long enough at `now`. Throws STORAGE_UNAVAILABLE. */
  async sweep(now: Date): Promise<void> {
    const startMs = performance.now()
    const before = this.#figures
    const { chatMs, supportMs } = this.#parts.rules
    const swept = new Map<string, Position>()
    if (chatMs !== undefined && supportMs !== undefined)
      await this.#prune(new Date(now.getTime() - Math.max(chatMs, supportMs)))
    // What is pruned need not be deleted before.
    if (chatMs !== undefined && chatMs < (supportMs ?? Infinity))
      await this.#sweepScope({ kind: 'chat', chatId: undefined }, { keptMs: chatMs, now, swept })
    if (supportMs !== undefined && supportMs < (chatMs ?? Infinity))
      await this.#sweepScope(
        { kind: 'support', chatId: undefined },
        { keptMs: supportMs, now, swept },
      )
    await this.#sweepChats(now, swept)
    // Chats that have no retention any more are forgotten.
    if (!this.#isStopped) this.#positions = swept
    this.#note(before, performance.now() - startMs)
  }

  async #prune(before: Date): Promise<void> {
    const { messages } = await this.#parts.store.prune({
      ...{ before, isDryRun: false, onProgress: () => {}, isStopped: () => this.#isStopped },
    })
    this.#figures = { ...this.#figures, pruned: this.#figures.pruned + messages }
  }

  async #sweepChats(now: Date, swept: Map<string, Position>): Promise<void> {
    const { chatMs = Infinity } = this.#parts.rules
    for (let after = 0; !this.#isStopped; ) {
      const page = await this.#parts.store.access.chatsWithRetention({ after, limit: CHATS_PAGE })
      for (const { chatId, retentionSeconds } of page) {
        const keptMs = retentionSeconds * 1000
        if (keptMs < chatMs)
          await this.#sweepScope({ kind: 'chat', chatId }, { keptMs, now, swept })
      }
      if (page.length < CHATS_PAGE) return
      after = page.at(-1)!.chatId
    }
  }

  async #sweepScope(
    scope: Scope,
    { keptMs, now, swept }: { keptMs: number; now: Date; swept: Map<string, Position> },
  ): Promise<void> {
    const key = `${scope.kind} ${scope.chatId ?? 'all'}`
    const beforeMs = now.getTime() - keptMs
    let position = this.#positions.get(key) ?? { after: 0, oldestMs: 0 }
    const steps = new StepSize({ max: AGES_PAGE })
    while (!this.#isStopped && position.oldestMs < beforeMs) {
      const range = { ...scope, after: position.after, limit: AGES_PAGE }
      const ages = await this.#parts.store.readAges(range)
      const old = oldOf(ages, beforeMs, now.getTime())
      const isAtEnd = old.length < AGES_PAGE
      await this.#delete(scope.kind, old, steps)
      if (this.#isStopped) return
      // Those that follow are stored from now on, where none is left.
      const next = ages[old.length]
      const nextMs = next ? Math.min(Date.parse(next.createdAt), now.getTime()) : now.getTime()
      position = {
        after: old.at(-1)?.id ?? position.after,
        oldestMs: isAtEnd ? nextMs : 0,
      }
      await steps.rest()
    }
    swept.set(key, position)
  }

  /** Deletes messages in the names of those who wrote them. */
  async #delete(kind: ChatKind, ages: readonly MessageAge[], steps: StepSize): Promise<void> {
    const left = ages.filter(({ isDeleted }) => !isDeleted)
    while (left.length > 0 && !this.#isStopped) {
      const fitting = steps.fit(left, ({ sizeBytes }) => sizeBytes)
      const step = left.splice(0, fitting)
      const stored = await steps.take(() => Promise.all(step.map((age) => this.#submit(kind, age))))
      const expired = stored.filter((isStored) => isStored).length
      this.#figures = { ...this.#figures, expired: this.#figures.expired + expired }
      await steps.rest()
    }
  }

  /** Whether the message was there. */
  async #submit(kind: ChatKind, { id: messageId, senderId }: MessageAge): Promise<boolean> {
    const submission = new Submission()
    const deletion = { type: 'deletion', kind, messageId, senderId, clientId: undefined } as const
    this.#parts.writer.submit(deletion, submission)
    try {
      await submission.stored
      return true
    } catch (error) {
      if (error instanceof ChatwsError && error.code === 'NOT_FOUND') return false
      throw error
    }
  }

  #note(before: RetentionFigures, tookMs: number): void {
    this.#figures = { ...this.#figures, sweeps: before.sweeps + 1, lastSweepMs: tookMs }
    const expired = this.#figures.expired - before.expired
    const pruned = this.#figures.pruned - before.pruned
    if (expired > 0 || pruned > 0) this.#parts.serverLog.retentionSwept({ expired, pruned, tookMs })
  }
}

/**
 * Those that are old enough, from the first on. One of the future was stored while a clock was wrong: it
 * is as old as the next whose time can be believed.
 */
function oldOf(
  ages: readonly MessageAge[],
  beforeMs: number,
  nowMs: number,
): readonly MessageAge[] {
  const times = ages.map(({ createdAt }) => Date.parse(createdAt))
  const firstYoung = times.findIndex((time) => time >= beforeMs && time <= nowMs)
  const passed = firstYoung < 0 ? times : times.slice(0, firstYoung)
  return ages.slice(0, passed.findLastIndex((time) => time < beforeMs) + 1)
}
