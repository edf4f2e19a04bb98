import { randomBytes } from 'node:crypto'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { ChatwsError } from '../protocol/error.ts'
import type { ServerFrame } from '../protocol/server-frames.ts'
import type { BenchResult } from './bench-result.ts'
import { DeliveryAudit } from './delivery-audit.ts'
import { Fleet } from './fleet.ts'
import { type PlannedSend, planSends } from './load-plan.ts'
import type { Scenario } from './scenario.ts'
import { checkThresholds } from './threshold.ts'

/** How often the run looks whether what it waits for has come. */
const POLL_MS = 20

/** How often progress is told. */
const PROGRESS_MS = 200

/** Sends in a row, when behind time, before sockets are read again. */
const BURST = 64

/** A run as it stands. */
export interface Progress {
  readonly phase: 'connecting' | 'sending' | 'draining' | 'leaving'
  readonly elapsedMs: number
  readonly connected: number
  readonly connections: number
  readonly sent: number
  readonly planned: number
  readonly delivered: number
}

export interface BenchTarget {
  /** `ws://host:port`, without a query. */
  readonly url: string
  /** Ends the run early, with what is known so far. */
  readonly signal: AbortSignal
  readonly onProgress: (progress: Progress) => void
}

/**
 * Plays a scenario against a server and audits every delivery. Throws CONNECT_FAILED when a
 * connection of the scenario cannot be opened.
 */
export async function runBench(scenario: Scenario, target: BenchTarget): Promise<BenchResult> {
  const run = new BenchRun(scenario, target)
  const timer = setInterval(() => target.onProgress(run.progress()), PROGRESS_MS)
  try {
    return await run.play()
  } finally {
    clearInterval(timer)
    run.terminate()
  }
}

class BenchRun {
  readonly #scenario: Scenario
  readonly #target: BenchTarget
  readonly #fleet: Fleet
  readonly #plan: readonly PlannedSend[]
  readonly #audit: DeliveryAudit
  /** Tells this run's messages from all others; followed by the message's serial. */
  readonly #mark = `bench:${randomBytes(4).toString('hex')}:`
  readonly #startMs = performance.now()
  #phase: Progress['phase'] = 'connecting'
  #sent = 0
  #unsent = 0
  #sendingSinceMs = 0
  #lastDeliveryMs = 0
  #notSeenOnline: number | undefined
  #notSeenOffline: number | undefined

  constructor(scenario: Scenario, target: BenchTarget) {
    this.#scenario = scenario
    this.#target = target
    this.#fleet = new Fleet(scenario, target.url, (frame, index) => this.#receive(frame, index))
    this.#plan = [...planSends(scenario, this.#fleet.size)]
    this.#audit = new DeliveryAudit(this.#plan.length, this.#fleet.size)
  }

  progress(): Progress {
    return {
      phase: this.#phase,
      elapsedMs: performance.now() - this.#startMs,
      connected: this.#fleet.greeted,
      connections: this.#fleet.size,
      sent: this.#sent,
      planned: this.#plan.length,
      delivered: this.#audit.delivered,
    }
  }

  async play(): Promise<BenchResult> {
    const { signal } = this.#target
    try {
      await this.#fleet.open(signal)
      await this.#waitFor(() => this.#fleet.rosterDifferences() === 0)
      this.#notSeenOnline = this.#fleet.rosterDifferences()
      this.#enter('sending')
      await this.#send()
      this.#enter('draining')
      await this.#waitFor(() => this.#audit.isComplete)
      this.#enter('leaving')
      this.#notSeenOffline = await this.#leave()
    } catch (error) {
      if (!signal.aborted) throw error
    }
    return this.#result()
  }

  terminate(): void {
    this.#fleet.terminate()
  }

  #enter(phase: Progress['phase']): void {
    this.#phase = phase
    this.#target.onProgress(this.progress())
  }

  async #send(): Promise<void> {
    const startMs = performance.now()
    this.#sendingSinceMs = startMs
    let inARow = 0
    for (const planned of this.#plan) {
      const waitMs = startMs + planned.dueMs - performance.now()
      if (waitMs > 0) {
        inARow = 0
        await sleep(waitMs, undefined, { signal: this.#target.signal })
      } else if (++inARow % BURST === 0) await nextTurn(undefined, { signal: this.#target.signal })
      this.#sendOne(planned, startMs + planned.dueMs)
    }
    const leftMs = startMs + this.#scenario.durationSeconds * 1000 - performance.now()
    if (leftMs > 0) await sleep(leftMs, undefined, { signal: this.#target.signal })
  }

  #sendOne(planned: PlannedSend, dueMs: number): void {
    const name = `${this.#mark}${planned.serial}`
    const message = {
      sender_id: this.#fleet.userIdOf(planned.sender),
      content: `${name} `.padEnd(
        planned.contentBytes,
        'the quick brown fox jumps over a lazy dog, ',
      ),
      client_id: name,
    }
    const isSent = this.#fleet
      .at(planned.sender)
      .send(
        planned.kind === 'chat'
          ? { type: 'NEW_MESSAGE', chat_id: planned.chatId, ...message }
          : { type: 'NEW_SUPPORT_MESSAGE', support_chat_id: planned.chatId, ...message },
      )
    if (!isSent) {
      this.#unsent += 1
      return
    }
    this.#sent += 1
    this.#audit.recordSend(planned.serial, dueMs)
  }

  #receive(frame: ServerFrame, connection: number): void {
    const nowMs = performance.now()
    switch (frame.type) {
      case 'MESSAGE':
      case 'SUPPORT_MESSAGE': {
        const { content, offset } = frame.payload
        if (!content.startsWith(this.#mark)) return
        const serial = Number.parseInt(content.slice(this.#mark.length), 10)
        this.#audit.recordDelivery(connection, serial, offset, nowMs)
        this.#lastDeliveryMs = nowMs
        break
      }
      case 'ACK':
        if (frame.client_id.startsWith(this.#mark))
          this.#audit.recordAck(Number(frame.client_id.slice(this.#mark.length)), nowMs)
        break
      case 'ERROR':
        if (frame.ref?.startsWith(this.#mark)) this.#audit.recordRefusal()
        break
    }
  }

  /**
   * Half of the users leave, watched by the others; then these leave, and one comes back to look
   * whether anyone is still held online. Returns how often somebody was; undefined when the server
   * is gone by then, which the report tells.
   */
  async #leave(): Promise<number | undefined> {
    await this.#fleet.leave(Math.ceil(this.#scenario.users.count / 2))
    await this.#waitFor(() => this.#fleet.rosterDifferences() === 0)
    const differences = this.#fleet.rosterDifferences()
    await this.#fleet.leave(0)
    try {
      return await this.#fleet.revisit(async (roster) => {
        await this.#waitFor(() => roster.count === 1)
        return differences + roster.count - 1
      })
    } catch (error) {
      if (error instanceof ChatwsError && error.code === 'CONNECT_FAILED') return undefined
      throw error
    }
  }

  #result(): BenchResult {
    const sendingSeconds = Math.max(
      this.#scenario.durationSeconds,
      (this.#lastDeliveryMs - this.#sendingSinceMs) / 1000,
    )
    const measurements = {
      connect_ms: this.#fleet.connect.summary(),
      ack_ms: this.#audit.ack.summary(),
      delivery_ms: this.#audit.delivery.summary(),
      deliveries_per_second: { value: Math.round(this.#audit.delivered / sendingSeconds) },
    }
    return {
      scenario: this.#scenario.name,
      isInterrupted: this.#target.signal.aborted,
      elapsedSeconds: Math.round(performance.now() - this.#startMs) / 1000,
      users: this.#scenario.users.count,
      connections: this.#fleet.greeted,
      thresholds: checkThresholds(this.#scenario.thresholds, measurements),
      measurements,
      delivery: { ...this.#audit.findings(), unsent: this.#unsent },
      presence: {
        notSeenOnline: this.#notSeenOnline,
        notSeenOffline: this.#notSeenOffline,
        falseOffline: this.#fleet.falseOffline,
      },
      lost: this.#fleet.lost(),
    }
  }

  /** Polls until `condition` holds, at most as long as the scenario drains. */
  async #waitFor(condition: () => boolean): Promise<void> {
    const deadlineMs = performance.now() + this.#scenario.drainSeconds * 1000
    while (!condition() && performance.now() < deadlineMs)
      await sleep(POLL_MS, undefined, { signal: this.#target.signal })
  }
}
