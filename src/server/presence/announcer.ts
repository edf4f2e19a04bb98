import type { Bus } from '../../bus/bus.ts'
import { MAX_PRESENCE } from '../../protocol/limits.ts'
import type { UserPresence } from '../../protocol/questions.ts'
import type { LastSeen, LastSeenTimes } from '../../storage/conversation.ts'
import type { Viewer } from '../access/viewer.ts'
import type { Connection } from '../delivery/connection.ts'
import { WriteBehind } from '../log/write-behind.ts'
import type { ServerLog } from '../telemetry/server-log.ts'
import { OfflineGrace } from './offline-grace.ts'
import type { PresenceScope } from './presence-scope.ts'
import type { PresenceRegistry } from './registry.ts'
import type { TypingTracker } from './typing.ts'

/** Users that are not here, in a list of who was. */
const MAX_LAST_SEEN = 1_000

export interface PresenceAnnouncerParts {
  readonly registry: PresenceRegistry
  readonly bus: Bus
  readonly typing: TypingTracker
  readonly lastSeen: LastSeenTimes
  readonly serverLog: ServerLog
  /** How long a user without any connection still counts as online. */
  readonly offlineGraceMs: number
  /** Who is told of whom. */
  readonly scope: PresenceScope
  /** Hears that a user is not online any more. */
  readonly onOffline?: (userId: number) => void
}

/** Tells everyone who comes, goes, and is idle, and keeps when users were last here. */
export class PresenceAnnouncer {
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
    if (this.#parts.registry.join(userId)) this.broadcastUserStatus(userId, true)
    else this.#tellActivity(userId)
  }

  /** Counts one of a user's connections out, and tells the others if it was the last. */
  handleUserDisconnect(userId: number, wasIdle = false): void {
    this.#parts.serverLog.userDisconnected(userId)
    const isHeld = this.#parts.offlineGraceMs > 0
    if (this.#parts.registry.leave(userId, { wasIdle, isHeld })) this.#grace.add(userId)
    else this.#tellActivity(userId)
  }

  /** A connection became idle, or active again. */
  setIdle(connection: Connection, isIdle: boolean): void {
    if (!connection.setIdle(isIdle)) return
    this.#parts.registry.setIdle(connection.userId, isIdle)
    this.#tellActivity(connection.userId)
  }

  /** Tells every other user that one came or went. */
  broadcastUserStatus(userId: number, isOnline: boolean): void {
    const { registry, bus, serverLog, scope } = this.#parts
    const at = new Date().toISOString()
    const chats = scope.audienceOf(userId)
    if (chats?.length !== 0) bus.publish('status', { userId, isOnline, at, chats })
    if (!isOnline) this.#lastSeen.put(`${userId}`, { userId, at })
    const others = registry.userCount - (registry.isOnline(userId) ? 1 : 0)
    serverLog.statusBroadcast(userId, isOnline, others)
  }

  /** Who of those whom a viewer is told of is here, and who was last. Throws STORAGE_UNAVAILABLE. */
  async list(viewer: Pick<Viewer, 'userId'>): Promise<UserPresence[]> {
    const { registry, scope } = this.#parts
    await this.#lastSeen.flush()
    const visible = scope.visibleTo(viewer, MAX_PRESENCE)
    const seen =
      scope.mode === 'off'
        ? []
        : await this.#parts.lastSeen.newest(MAX_LAST_SEEN, visible && viewer.userId)
    const here = (visible ?? registry.online(MAX_PRESENCE)).map((userId) => ({
      userId,
      status: registry.statusOf(userId),
      connections: registry.connectionsOf(userId),
    }))
    const away = seen
      .filter(({ userId }) => !registry.isOnline(userId) && !scope.isHidden(userId, viewer))
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
    const isGone = this.#parts.offlineGraceMs === 0 || this.#parts.registry.release(userId)
    if (!isGone) return
    this.#toldIdle.delete(userId)
    this.#parts.typing.leave(userId)
    this.broadcastUserStatus(userId, false)
    this.#parts.onOffline?.(userId)
  }

  /** Tells the others when a user that is here became idle or active since they were told. */
  #tellActivity(userId: number): void {
    const { registry, bus, scope } = this.#parts
    if (registry.connectionsOf(userId) === 0) return
    const isIdle = registry.statusOf(userId) === 'idle'
    if (isIdle === this.#toldIdle.has(userId)) return
    if (isIdle) this.#toldIdle.add(userId)
    else this.#toldIdle.delete(userId)
    const chats = scope.audienceOf(userId)
    if (chats?.length !== 0)
      bus.publish('activity', { userId, isIdle, at: new Date().toISOString(), chats })
  }
}
