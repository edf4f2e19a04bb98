import type { Access } from '../access/access.ts'
import type { Viewer } from '../access/viewer.ts'
import type { FanOut } from '../delivery/fan-out.ts'
import { keysOf } from '../frames/audience.ts'

/** Whose presence users are told of: everyone's, that of whom they share a chat with, or nobody's. */
export type PresenceMode = 'all' | 'shared' | 'off'

/** Who is told of whose presence. */
export class PresenceScope {
  readonly mode: PresenceMode
  readonly #access: Pick<Access, 'presenceChats' | 'hiddenFrom'>
  readonly #fanOut: Pick<FanOut, 'withKey'>

  constructor(
    mode: PresenceMode,
    access: Pick<Access, 'presenceChats' | 'hiddenFrom'>,
    fanOut: Pick<FanOut, 'withKey'>,
  ) {
    this.mode = mode
    this.#access = access
    this.#fanOut = fanOut
  }

  /** The chats whose readers are told of a user; undefined where that is everyone. */
  audienceOf(userId: number): readonly string[] | undefined {
    if (this.mode === 'all') return undefined
    return this.mode === 'off' ? [] : (this.#access.presenceChats(userId) ?? [])
  }

  /** Whether a viewer who is online is told nothing of a user. */
  isHidden(userId: number, { userId: viewer }: Pick<Viewer, 'userId'>): boolean {
    return this.mode !== 'all' && this.#access.hiddenFrom(viewer).has(userId)
  }

  /** The users online whom a viewer is told of, the viewer included; undefined is everyone. */
  visibleTo({ userId }: Pick<Viewer, 'userId'>, limit: number): number[] | undefined {
    const chats = this.audienceOf(userId)
    if (!chats) return undefined
    const visible = new Set([userId])
    const hidden = this.#access.hiddenFrom(userId)
    for (const chat of chats)
      for (const key of keysOf({ chat }))
        for (const connection of this.#fanOut.withKey(key)) {
          if (visible.size >= limit) return [...visible]
          if (!hidden.has(connection.userId)) visible.add(connection.userId)
        }
    return [...visible]
  }
}
