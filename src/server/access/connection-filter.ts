import { type ChatRole, isAtLeast } from '../../protocol/chat-role.ts'
import { ADMINS, AGENTS, type FrameFilter, type Place, userKey } from '../frames/audience.ts'
import { keyOfChat, type UserAccess } from './user-access.ts'
import type { Viewer } from './viewer.ts'

/** What one connection is sent: what its user may read, and of that the chats that it wants. */
export class ConnectionFilter implements FrameFilter {
  readonly access: UserAccess
  readonly #viewer: Viewer
  /** `chatKey`s; undefined is all. */
  readonly wanted: ReadonlySet<string> | undefined
  /** `chatKey` → the role that the token grants. */
  readonly #granted: ReadonlyMap<string, ChatRole>

  constructor(access: UserAccess, viewer: Viewer, wanted?: ReadonlySet<string>) {
    this.access = access
    this.#viewer = viewer
    this.wanted = wanted
    const granted = [...viewer.granted].map(([id, role]) => [keyOfChat(id), role] as const)
    this.#granted = new Map(granted)
  }

  *keys(): Iterable<string> {
    yield userKey(this.access.userId)
    if (this.#viewer.isAgent) yield AGENTS
    if (this.#viewer.isAdmin) yield ADMINS
    for (const chat of this.access.chats()) if (this.wants(chat)) yield chat
    for (const chat of this.#granted.keys())
      if (this.wants(chat) && !this.access.has(chat) && this.isGranted(chat)) yield chat
  }

  /** Whether it is to be found under the key of a chat while its user may read that. */
  wants(chat: string): boolean {
    return !this.wanted || this.wanted.has(chat)
  }

  /** Whether its token lets it read a chat, whatever the user's membership. */
  isGranted(chat: string): boolean {
    return this.#grantedAbove(chat) !== undefined
  }

  passes(place: Place): boolean {
    if (place === undefined) return true
    if (typeof place === 'string') return this.#reads(place)
    const { userId } = this.access
    if (place.users?.includes(userId)) return true
    if (place.hiddenFrom === userId) return false
    if (place.about !== undefined && this.access.blockers.has(place.about)) return false
    if (place.isForModerators) return this.#moderates(place.chat!)
    const { chat, from, before } = place
    if (place.chats?.some((one) => this.#reads(one) && !this.access.isNewIn(one, before)))
      return true
    if (chat === undefined || !this.#reads(chat, place.messageOffset)) return false
    return from === undefined || from === userId || !this.access.isDeafTo(chat, from)
  }

  #reads(chat: string, messageOffset = Number.POSITIVE_INFINITY): boolean {
    if (!this.wants(chat)) return false
    const byToken = this.#grantedAbove(chat)
    if (byToken !== undefined && messageOffset > byToken) return true
    if (this.#viewer.isAgent && chat.startsWith('support ')) return true
    const above = this.access.readsAbove(chat)
    return above !== undefined && messageOffset > above
  }

  #moderates(chat: string): boolean {
    if (this.#viewer.isAdmin) return true
    if (chat.startsWith('support ')) return this.#viewer.isAgent
    const role = this.isGranted(chat) ? this.#granted.get(chat)! : 'reader'
    return this.access.mayModerate(chat) || isAtLeast(role, 'moderator')
  }

  /** The offset above which its token lets it read a chat; undefined if not at all. */
  #grantedAbove(chat: string): number | undefined {
    if (!this.#granted.has(chat)) return undefined
    return this.access.visitsAbove(chat, this.#viewer.issuedAtMs)
  }
}
