import type { RawData } from 'ws'
import { CloseCode } from '../../protocol/close-code.ts'
import { errorFrame } from '../../protocol/error-frame.ts'
import { readRef } from '../../protocol/parse-client-frame.ts'
import type { Connection } from '../delivery/connection.ts'
import type { FanOut } from '../delivery/fan-out.ts'
import type { Heartbeat } from '../delivery/heartbeat.ts'
import type { Responder } from '../delivery/responder.ts'
import type { TransportListener } from '../delivery/transport.ts'
import type { MessageRate } from '../limits/message-rate.ts'
import type { ChatNode } from '../node/node.ts'
import type { PresenceRegistry } from '../presence/registry.ts'
import type { ServerLog } from '../telemetry/server-log.ts'

/** Bytes of frames that are taken from one connection before others have a turn; half of a read. */
const TURN_BYTES = 32 * 1024

/** What all connections of an endpoint share. */
export interface InboundParts {
  readonly node: ChatNode
  readonly fanOut: FanOut
  readonly responder: Responder
  readonly heartbeat: Heartbeat
  readonly registry: PresenceRegistry
  readonly messageRate: MessageRate | undefined
  readonly serverLog: ServerLog
  readonly doors: Doors
}

/** What is still let in. */
export interface Doors {
  readonly isAdmitting: boolean
  /** Whether frames are acted on. */
  readonly isReading: boolean
}

/** Takes what comes in on one open connection, at no more than its user's rate, to the node. */
export class Inbound implements TransportListener {
  readonly #connection: Connection
  readonly #parts: InboundParts
  /** Bytes since others last had a turn. */
  #takenBytes = 0
  #isCutOff = false

  constructor(connection: Connection, parts: InboundParts) {
    this.#connection = connection
    this.#parts = parts
  }

  onMessage(data: RawData, isBinary: boolean): void {
    const { node, messageRate, doors } = this.#parts
    const connection = this.#connection
    connection.noteAlive()
    this.#countTaken((data as Buffer).length)
    if (!doors.isReading) return
    // What a client sent before it knew that the server drains is not lost.
    if (!connection.isOpen && doors.isAdmitting) return
    const verdict = messageRate?.check(connection.userId, performance.now()) ?? 'accept'
    if (verdict === 'abuse') this.#cutOff()
    else if (verdict !== 'accept') {
      const { retryAfterMs } = verdict
      const details = { retryAfterMs, ref: refOf(data, isBinary) }
      const message = `More than ${messageRate!.perSecond} frames a second`
      this.#parts.responder.reply(connection, errorFrame('RATE_LIMITED', message, details))
    } else if (isBinary) {
      const error = errorFrame('INVALID_FRAME', 'Frames are text, not binary')
      this.#parts.responder.reply(connection, error)
    } else node.receive(connection, (data as Buffer).toString())
  }

  onPong(): void {
    // One that answers a ping costs its sender nothing; one that nobody asked for does.
    if (this.#connection.unansweredPings === 0) this.onBareFrames(1)
    this.#connection.noteAlive()
  }

  onBareFrames(count: number): void {
    const { messageRate } = this.#parts
    const { userId } = this.#connection
    if (!messageRate || !this.#connection.isOpen) return
    const nowMs = performance.now()
    for (let i = 0; i < count; i++)
      if (messageRate.check(userId, nowMs) === 'abuse') {
        this.#cutOff()
        return
      }
  }

  onDrain(): void {
    this.#parts.fanOut.resume(this.#connection)
  }

  onClose(): void {
    const { node, heartbeat, registry, messageRate } = this.#parts
    heartbeat.remove(this.#connection)
    node.disconnect(this.#connection)
    const { userId } = this.#connection
    if (registry.connectionsOf(userId) === 0) messageRate?.forget(userId)
  }

  /**
   * Leaves what else came to the next turn, once it is much: what has gathered in the network is read
   * all at once otherwise, some megabytes of frames in one turn.
   */
  #countTaken(bytes: number): void {
    this.#takenBytes += bytes
    if (this.#takenBytes < TURN_BYTES) return
    this.#takenBytes = 0
    this.#connection.stopReading()
    setImmediate(() => {
      if (!this.#isCutOff) this.#connection.readOn()
    })
  }

  #cutOff(): void {
    const connection = this.#connection
    this.#isCutOff = true
    this.#parts.serverLog.connectionClosed(connection.userId, CloseCode.abuse.reason)
    // So that the sender hears what it was told before.
    this.#parts.fanOut.resume(connection)
    connection.close(CloseCode.abuse)
    // The flood is left to wait in the network until the connection is cut off.
    connection.stopReading()
  }
}

/** What names a frame that is refused unread. */
function refOf(data: RawData, isBinary: boolean): string | undefined {
  if (isBinary) return undefined
  try {
    return readRef(Object(JSON.parse(String(data))))
  } catch {
    return undefined
  }
}
