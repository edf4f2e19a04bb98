import type { UserPresence } from '../../protocol/questions.ts'

import type { LastSeen, LastSeenTimes } from '../../storage/conversation.ts'
import type { Connection } from '../delivery/connection.ts'
import type { FanOut } from '../delivery/fan-out.ts'
import { encodeFrame } from '../frames/encode-frame.ts'
import { WriteBehind } from '../log/write-behind.ts'
import type { ServerLog } from '../telemetry/server-log.ts'
import { OfflineGrace } from './offline-grace.ts'
import { PresenceRegistry } from './registry.ts'

/** Users that are not here, in a list of who was. */
const MAX_LAST_SEEN = 1_000

export interface PresenceAnnouncerParts {
  readonly fanOut: FanOut
  readonly lastSeen: LastSeenTimes
  readonly serverLog: ServerLog
  /** How long a user without any connection still counts as online. */
  readonly offlineGraceMs: number
  /** Hears of users that went offline, before the others do. */
  readonly onOffline: (userId: number) => void
}

/** Tells everyone who comes, goes, and is idle, and keeps when users were last here. */
export class PresenceAnnouncer {
  readonly presence = new PresenceRegistry()
  readonly #parts: PresenceAnnouncerParts
  readonly #grace: OfflineGrace
  readonly #lastSeen: WriteBehind<LastSeen>
  /** Users of whom the others were told last that they are idle. */
  readonly #toldIdle = new Set<number>()

  constructor(parts: PresenceAnnouncerParts) {
    this.#parts = parts
    this.#grace = new OfflineGrace(parts.offlineGraceMs, (userId) => this.#takeOffline(userId))
    this.#lastSeen = new WriteBehind<LastSeen>({
      write: (times) => parts.lastSeen.note(times),
      merge: (_older, newer) => newer,
      onFailure: (error) =>
        parts.serverLog.failure('When users were last here was not stored', error),
    })
  }

  /** Counts one of a user's connections in, and tells the others if the user was not online. */
  handleUserConnect(userId: number): void {
    this.#parts.serverLog.userConnected(userId)
    this.#grace.cancel(userId)
    if (this.presence.join(userId)) this.broadcastUserStatus(userId, true)
    else this.#tellActivity(userId)
  }

  /** Counts one of a user's connections out, and tells the others if it was the last. */
  handleUserDisconnect(userId: number, wasIdle = false): void {
    this.#parts.serverLog.userDisconnected(userId)
    const isHeld = this.#parts.offlineGraceMs > 0
    if (this.presence.leave(userId, { wasIdle, isHeld })) this.#grace.add(userId)
    else this.#tellActivity(userId)
  }

  /** A connection became idle, or active again. */
  setIdle(connection: Connection, isIdle: boolean): void {
    if (connection.isIdle === isIdle) return
    connection.isIdle = isIdle
    this.presence.setIdle(connection.userId, isIdle)
    this.#tellActivity(connection.userId)
  }

  /** Tells every other user that one came or went. */
  broadcastUserStatus(userId: number, isOnline: boolean): void {
    const { fanOut, serverLog } = this.#parts
    const timestamp = new Date().toISOString()
    const type = isOnline ? 'USER_ONLINE' : 'USER_OFFLINE'
    const frame = encodeFrame({ type, userId, timestamp })
    fanOut.broadcastState(frame, { key: userId, ofUser: userId })
    if (!isOnline) this.#lastSeen.put(`${userId}`, { userId, at: timestamp })
    const others = this.presence.userCount - (this.presence.isOnline(userId) ? 1 : 0)
    serverLog.statusBroadcast(userId, isOnline, others)
  }

  /** Who is here, and who was last. Throws STORAGE_UNAVAILABLE. */
  async list(): Promise<UserPresence[]> {
    const { presence } = this
    await this.#lastSeen.flush()
    const seen = await this.#parts.lastSeen.newest(MAX_LAST_SEEN)
    const here = presence.online().map((userId) => ({
      userId,
      status: presence.statusOf(userId),
      connections: presence.connectionsOf(userId),
    }))
    const away = seen
      .filter(({ userId }) => !presence.isOnline(userId))
      .map(({ userId, at }) => ({
        ...({ userId, status: 'offline', connections: 0, lastSeen: at } as const),
      }))
    return [...here, ...away]
  }

  /** Waits for nobody to come back any more, and resolves when what is known is stored. */
  async close(): Promise<void> {
    this.#grace.flush()
    await this.#lastSeen.flush()
  }

  #takeOffline(userId: number): void {
    const isGone = this.#parts.offlineGraceMs === 0 || this.presence.release(userId)
    if (!isGone) return
    this.#toldIdle.delete(userId)
    this.#parts.onOffline(userId)
    this.broadcastUserStatus(userId, false)
  }

  /** Tells the others when a user that is here became idle or active since they were told. */
  #tellActivity(userId: number): void {
    if (this.presence.connectionsOf(userId) === 0) return
    const state = this.presence.statusOf(userId) === 'idle' ? 'idle' : 'active'
    if ((state === 'idle') === this.#toldIdle.has(userId)) return
    if (state === 'idle') this.#toldIdle.add(userId)
    else this.#toldIdle.delete(userId)
    const timestamp = new Date().toISOString()
    const frame = encodeFrame({ type: 'USER_ACTIVITY', userId, state, timestamp })
    this.#parts.fanOut.broadcastState(frame, { key: `activity ${userId}` })
  }
}
