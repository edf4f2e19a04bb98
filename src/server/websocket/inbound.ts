import type { RawData } from 'ws'
import { CloseCode } from '../../protocol/close-code.ts'
import { errorFrame } from '../../protocol/error-frame.ts'
import { parseClientFrame, readRef } from '../../protocol/parse-client-frame.ts'
import type { Connection } from '../delivery/connection.ts'
import type { FanOut } from '../delivery/fan-out.ts'
import type { Heartbeat } from '../delivery/heartbeat.ts'
import type { Responder } from '../delivery/responder.ts'
import type { TransportListener } from '../delivery/transport.ts'
import type { MessageRate } from '../limits/message-rate.ts'
import type { ChatNode } from '../node/node.ts'
import type { PresenceRegistry } from '../presence/registry.ts'
import type { ServerLog } from '../telemetry/server-log.ts'

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

  constructor(connection: Connection, parts: InboundParts) {
    this.#connection = connection
    this.#parts = parts
  }

  onMessage(data: RawData, isBinary: boolean): void {
    const { node, messageRate, doors } = this.#parts
    const connection = this.#connection
    connection.noteAlive()
    if (!doors.isReading) return
    // What a client sent before it knew that the server drains is not lost.
    if (!connection.isOpen && doors.isAdmitting) return
    const verdict = messageRate?.check(connection.userId, performance.now()) ?? 'accept'
    if (verdict === 'abuse') {
      this.#cutOff()
      return
    }
    const text = isBinary ? undefined : (data as Buffer).toString()
    let isReadable = false
    if (verdict !== 'accept') isReadable = this.#refuse(text, verdict.retryAfterMs)
    else if (text !== undefined) isReadable = node.receive(connection, text)
    else {
      const error = errorFrame('INVALID_FRAME', 'Frames are text, not binary')
      this.#parts.responder.reply(connection, error)
    }
    if (!isReadable) this.#countUnreadable((data as Buffer).length)
  }

  onPong(): void {
    // One that answers a ping costs its sender nothing; one that nobody asked for does.
    if (this.#connection.unansweredPings === 0) this.onBareFrames(1)
    this.#connection.noteAlive()
  }

  onBareFrames(count: number): void {
    const { messageRate } = this.#parts
    const { userId, isOpen } = this.#connection
    if (isOpen && messageRate?.countAll(userId, count, performance.now()) === 'abuse')
      this.#cutOff()
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

  /** Answers what came too soon; false where it is no frame. */
  #refuse(text: string | undefined, retryAfterMs: number): boolean {
    const { messageRate, responder } = this.#parts
    const frame = text === undefined ? undefined : parseClientFrame(text)
    const isFrame = frame !== undefined && frame.type !== 'ERROR'
    const ref = isFrame ? readRef(frame) : frame?.ref
    const message = `More than ${messageRate!.perSecond} frames a second`
    const error = errorFrame('RATE_LIMITED', message, { retryAfterMs, ref })
    responder.reply(this.#connection, error)
    return isFrame
  }

  #countUnreadable(bytes: number): void {
    const { messageRate } = this.#parts
    const { userId } = this.#connection
    const verdict = messageRate?.countUnreadable(userId, bytes, performance.now())
    if (verdict === 'abuse') this.#cutOff()
  }

  #cutOff(): void {
    const connection = this.#connection
    this.#parts.serverLog.connectionClosed(connection.userId, CloseCode.abuse.reason)
    // So that the sender hears what it was told before.
    this.#parts.fanOut.resume(connection)
    connection.close(CloseCode.abuse)
    // The flood is left to wait in the network until the connection is cut off.
    connection.stopReading()
  }
}
