import type { UserPayload } from '../protocol/access-fields.ts'
import type { Members } from '../protocol/access-questions.ts'
import { displayName } from '../protocol/display-name.ts'
import { ChatwsError } from '../protocol/error.ts'
import { MAX_USERS_PER_FRAME } from '../protocol/limits.ts'
import { lookAlikeKeys } from '../protocol/look-alikes.ts'
import type { ServerFrame } from '../protocol/server-frames.ts'

/** Users that are kept, those asked for last. */
const MAX_USERS = 10_000

/** A user with a name and a picture, or without. */
export type NamedUser = Readonly<UserPayload>

interface Entry {
  readonly user: NamedUser
  /** Whether the picture is not known. */
  readonly isPartial: boolean
  readonly keys: readonly string[]
  /** What the user is shown as; undefined after that of another one has changed. */
  shown: string | undefined
}

/** What names are asked with, and told by. */
export interface NamesOwner {
  readonly userId: number
  ask(ids: number[]): Promise<{ readonly users: readonly NamedUser[] }>
  /** What these users are shown as has changed. */
  onChange(ids: readonly number[]): void
}

/**
 * What users are called. It asks the server for those that somebody wants to show, many at once and one
 * question at a time, and keeps what it was told, also that there is no name.
 */
export class Names {
  readonly #owner: NamesOwner
  readonly #limit: number
  /** User → what is known, longest not asked for first. */
  readonly #known = new Map<number, Entry>()
  /** Those of them without a name. */
  readonly #nameless = new Set<number>()
  /** What a name looks like → the users with such names. */
  readonly #alike = new Map<string, Set<number>>()
  readonly #wanted = new Set<number>()
  /** The users that have changed since the question was asked: the answer may be older. */
  readonly #changed = new Set<number>()
  /** The users of the question whom the server may tell of only since it was asked. */
  readonly #doubtful = new Set<number>()
  #asked: readonly number[] = []
  #isScheduled = false
  #isAsking = false
  /** Whether the server knows the question. */
  #isAnswered = true

  constructor(owner: NamesOwner, limit = MAX_USERS) {
    this.#owner = owner
    this.#limit = limit
  }

  /**
   * What to show for a user: the cleaned name, with the id beside it where it may be taken for
   * another's; the id alone as long as no name is known. An event `names` tells when that changes.
   */
  readonly displayName = (id: number): string => {
    const entry = this.#find(id)
    if (!entry) {
      this.#want(id)
      return String(id)
    }
    entry.shown ??= displayName(id, entry.user.name, this.#isTaken(id, entry.keys))
    return entry.shown
  }

  /** The user as the server told; undefined until it has, which it is asked for. The name is not cleaned. */
  readonly find = (id: number): NamedUser | undefined => {
    const entry = this.#find(id)
    if (!entry || entry.isPartial) this.#want(id)
    return entry?.user
  }

  /** The users with a name that is known. */
  named(): number[] {
    return Array.from(this.#known.keys()).filter((id) => !this.#nameless.has(id))
  }

  /** Takes note of what a frame tells of names, or of who may be known by name. */
  heard(frame: ServerFrame): void {
    switch (frame.type) {
      case 'USER_CHANGED': {
        const { type: _, offset: __, user: id, ...named } = frame
        this.#changed.add(id)
        this.#learn([{ user: { id, ...named }, isPartial: false }])
        break
      }
      case 'MEMBERS':
        this.#mentioned(frame.members)
        break
      case 'CHAT_CHANGED':
      case 'MEMBERS_CHANGED': {
        const added = frame.added?.map(({ user }) => user) ?? []
        // To who is added, all who are in the chat may be known.
        const isAll = added.includes(this.#owner.userId)
        this.#forgetNameless(isAll ? this.#nameless : added)
        for (const id of isAll ? this.#asked : added) this.#doubtful.add(id)
      }
    }
  }

  /** Names of another history are others' names. */
  clear(): void {
    const ids = [...this.#known.keys()]
    this.#known.clear()
    this.#nameless.clear()
    this.#alike.clear()
    if (ids.length > 0) this.#owner.onChange(ids)
  }

  /** A connection is open: what was not answered on the last is asked again. */
  connected(): void {
    this.#isAnswered = true
    this.#schedule()
  }

  #mentioned(members: Members['members']): void {
    const news = members.filter(({ user, name }) => {
      const known = this.#known.get(user)
      return !known || known.user.name !== name
    })
    const named = news.map(({ user: id, name }) => (name === undefined ? { id } : { id, name }))
    this.#learn(named.map((user) => ({ user, isPartial: true })))
  }

  /** The server may tell of these now. */
  #forgetNameless(ids: Iterable<number>): void {
    for (const id of [...ids]) if (this.#nameless.delete(id)) this.#known.delete(id)
  }

  #find(id: number): Entry | undefined {
    const entry = this.#known.get(id)
    if (!entry) return undefined
    this.#known.delete(id)
    this.#known.set(id, entry)
    return entry
  }

  #want(id: number): void {
    // The server would refuse the question for all that it is about.
    if (!Number.isSafeInteger(id) || id < 1) return
    this.#wanted.add(id)
    if (this.#wanted.size > this.#limit) this.#wanted.delete(first(this.#wanted))
    this.#schedule()
  }

  /** All that is wanted in one turn goes into one question. */
  #schedule(): void {
    if (this.#isScheduled || this.#isAsking || !this.#isAnswered || this.#wanted.size === 0) return
    this.#isScheduled = true
    queueMicrotask(() => {
      this.#isScheduled = false
      void this.#ask()
    })
  }

  async #ask(): Promise<void> {
    const ids = [...this.#wanted].slice(0, MAX_USERS_PER_FRAME)
    for (const id of ids) this.#wanted.delete(id)
    this.#isAsking = true
    this.#asked = ids
    this.#changed.clear()
    this.#doubtful.clear()
    try {
      const { users } = await this.#owner.ask(ids)
      const told = new Map(users.map((user) => [user.id, user]))
      const isOld = (id: number) => !told.has(id) && this.#doubtful.has(id)
      for (const id of ids) if (isOld(id)) this.#wanted.add(id)
      const current = ids.filter((id) => !this.#changed.has(id) && !isOld(id))
      this.#isAsking = false
      this.#learn(current.map((id) => ({ user: told.get(id) ?? { id }, isPartial: false })))
      this.#schedule()
    } catch (error) {
      this.#isAsking = false
      // Another connection may be to a server that knows it.
      if (error instanceof ChatwsError && error.code === 'UNKNOWN_TYPE') this.#isAnswered = false
      for (const id of ids) this.#wanted.add(id)
    }
  }

  #learn(news: readonly { readonly user: NamedUser; readonly isPartial: boolean }[]): void {
    /** Users whose names, or neighbours, are others now. */
    const affected = new Set<number>()
    for (const { user, isPartial } of news) {
      const { id, name } = user
      const before = this.#known.get(id)
      const keys = name === undefined ? [] : lookAlikeKeys(name)
      this.#forget(id, affected)
      this.#known.set(id, { user, isPartial, keys, shown: undefined })
      if (name === undefined) this.#nameless.add(id)
      for (const key of keys) this.#joinAlike(key, id, affected)
      this.#wanted.delete(id)
      if (name !== before?.user.name || user.avatar !== before?.user.avatar) affected.add(id)
    }
    while (this.#known.size > this.#limit) this.#forget(first(this.#known.keys()), affected)
    for (const id of affected) {
      const entry = this.#known.get(id)
      if (entry) entry.shown = undefined
    }
    if (affected.size > 0) this.#owner.onChange([...affected])
  }

  #joinAlike(key: string, id: number, affected: Set<number>): void {
    const users = this.#alike.get(key) ?? new Set()
    for (const other of users) affected.add(other)
    this.#alike.set(key, users.add(id))
  }

  #forget(id: number, affected: Set<number>): void {
    for (const key of this.#known.get(id)?.keys ?? []) {
      const users = this.#alike.get(key)
      users?.delete(id)
      if (users?.size === 0) this.#alike.delete(key)
      for (const other of users ?? []) affected.add(other)
    }
    this.#known.delete(id)
    this.#nameless.delete(id)
  }

  #isTaken(id: number, keys: readonly string[]): boolean {
    return keys.some((key) => {
      const users = this.#alike.get(key)
      return users !== undefined && users.size > (users.has(id) ? 1 : 0)
    })
  }
}

function first<Value>(values: Iterable<Value>): Value {
  const [value] = values
  return value!
}
