import type { Bus } from '../../bus/bus.ts'
import type { MembersAccess } from '../access/members-access.ts'
import type { FanOut } from '../delivery/fan-out.ts'
import { keysOf } from '../frames/audience.ts'
import { encodeFrame } from '../frames/encode-frame.ts'
import type { PresenceScope } from './presence-scope.ts'
import type { PresenceRegistry } from './registry.ts'

export interface IntroductionsParts {
  readonly access: Pick<MembersAccess, 'hiddenFrom'>
  readonly fanOut: Pick<FanOut, 'withKey' | 'connectionsOf' | 'send'>
  readonly registry: Pick<PresenceRegistry, 'isOnline' | 'statusOf' | 'connectionsOf'>
  readonly scope: Pick<PresenceScope, 'mode' | 'audienceOf'>
  readonly bus: Pick<Bus, 'publish'>
}

/**
 * Tells users of each other's presence as they come to see each other, or no longer do: by a chat that
 * one of them is new in, and by who blocks whom. Who comes and goes is the announcer's to tell.
 */
export class Introductions {
  readonly #parts: IntroductionsParts
  /** User → the frames that tell of the user: many may be new in a chat at once, and all hear the same. */
  readonly #frames = new Map<number, Buffer>()

  constructor(parts: IntroductionsParts) {
    this.#parts = parts
  }

  /** A user who is here has come into a chat (a `chatKey`). */
  gained(userId: number, chat: string): void {
    const { scope, registry, bus, fanOut } = this.#parts
    if (scope.mode !== 'shared' || !scope.audienceOf(userId)?.includes(chat)) return
    if (registry.connectionsOf(userId) === 0) return
    const at = new Date().toISOString()
    bus.publish('status', { userId, isOnline: true, at, chats: [chat] })
    if (registry.statusOf(userId) === 'idle')
      bus.publish('activity', { userId, isIdle: true, at, chats: [chat] })
    const others = new Set<number>()
    for (const key of keysOf({ chat }))
      for (const connection of fanOut.withKey(key)) others.add(connection.userId)
    others.delete(userId)
    this.#tell(userId, [...others])
  }

  /** A user has blocked another who is here, or no longer. */
  hid(userId: number, { userId: viewer, isHidden }: { userId: number; isHidden: boolean }): void {
    const { scope, registry } = this.#parts
    if (scope.mode !== 'shared' || !registry.isOnline(userId)) return
    const chats = new Set(scope.audienceOf(viewer))
    if (!scope.audienceOf(userId)?.some((chat) => chats.has(chat))) return
    if (!isHidden) this.#tell(viewer, [userId])
    else this.#send(viewer, encodeFrame({ type: 'USER_OFFLINE', userId, timestamp: now() }))
  }

  /** Tells a user who of others is here. */
  #tell(viewer: number, others: readonly number[]): void {
    const { access, registry } = this.#parts
    const hidden = access.hiddenFrom(viewer)
    const seen = others.filter((userId) => registry.isOnline(userId) && !hidden.has(userId))
    if (seen.length > 0) this.#send(viewer, Buffer.concat(seen.map((id) => this.#framesOf(id))))
  }

  #framesOf(userId: number): Buffer {
    const known = this.#frames.get(userId)
    if (known) return known
    const told = { userId, timestamp: now() }
    const frames = [encodeFrame({ type: 'USER_ONLINE', ...told })]
    if (this.#parts.registry.statusOf(userId) === 'idle')
      frames.push(encodeFrame({ type: 'USER_ACTIVITY', state: 'idle', ...told }))
    const bytes = Buffer.concat(frames)
    if (this.#frames.size === 0) queueMicrotask(() => this.#frames.clear())
    this.#frames.set(userId, bytes)
    return bytes
  }

  #send(userId: number, frames: Buffer): void {
    const { fanOut } = this.#parts
    for (const connection of fanOut.connectionsOf(userId)) fanOut.send(connection, frames)
  }
}

function now(): string {
  return new Date().toISOString()
}
