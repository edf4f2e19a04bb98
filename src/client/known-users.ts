import type { PresenceList } from '../protocol/questions.ts'
import type { ChatClientEvents } from './client-events.ts'
import type { Emitter } from './emitter.ts'
import { reuse } from './reuse.ts'

/** A user as far as is known. */
export interface KnownUser {
  readonly userId: number
  readonly status: 'active' | 'idle' | 'offline'
  /** Open connections, as of the last answer to `presence()`; undefined where it did not tell. */
  readonly connections: number | undefined
  /** When an offline user's last connection closed, ISO 8601; undefined where that is not known. */
  readonly lastSeen: string | undefined
}

/** Who is here, and who was. */
export class KnownUsers {
  /** User id → the user */
  readonly #users = new Map<number, KnownUser>()
  #sorted: readonly KnownUser[] = []
  #isSortedOld = false

  /** The users, by id; the same array until one changed. */
  all(): readonly KnownUser[] {
    if (this.#isSortedOld)
      this.#sorted = reuse(
        this.#sorted,
        [...this.#users.values()].sort((a, b) => a.userId - b.userId),
      )
    this.#isSortedOld = false
    return this.#sorted
  }

  find(userId: number): KnownUser | undefined {
    return this.#users.get(userId)
  }

  /** Follows a client's events, until the functions returned are called. */
  follow(client: Pick<Emitter<ChatClientEvents>, 'on'>, changed: () => void): (() => void)[] {
    return [
      client.on('presence', ({ userId, isOnline, timestamp }) => {
        if (isOnline) this.came(userId)
        else this.left(userId, timestamp)
        changed()
      }),
      client.on('activity', ({ userId, state }) => {
        this.setActivity(userId, state)
        changed()
      }),
    ]
  }

  /** These users are online, and no others. */
  setOnline(userIds: readonly number[]): void {
    const online = new Set(userIds)
    for (const { userId, status } of this.#users.values())
      if (status !== 'offline' && !online.has(userId)) this.left(userId, undefined)
    for (const userId of userIds) this.came(userId)
  }

  came(userId: number): void {
    const before = this.#users.get(userId)
    if (!before || before.status === 'offline') this.#set({ ...UNKNOWN, userId, status: 'active' })
  }

  /** @param lastSeen when, ISO 8601; undefined where that is not known */
  left(userId: number, lastSeen: string | undefined): void {
    this.#set({ userId, status: 'offline', connections: 0, lastSeen })
  }

  setActivity(userId: number, status: 'active' | 'idle'): void {
    this.#set({ ...UNKNOWN, ...this.#users.get(userId), userId, status })
  }

  /** The server has told of all users: what it did not name is forgotten. */
  replaceAll({ users }: PresenceList): void {
    const named = new Set(users.map(({ userId }) => userId))
    for (const userId of this.#users.keys()) if (!named.has(userId)) this.#users.delete(userId)
    this.#isSortedOld = true
    for (const { userId, status, connections, lastSeen } of users)
      this.#set({ userId, status, connections, lastSeen })
  }

  #set(user: KnownUser): void {
    this.#users.set(user.userId, reuse(this.#users.get(user.userId), user))
    this.#isSortedOld = true
  }
}

const UNKNOWN = { connections: undefined, lastSeen: undefined }
