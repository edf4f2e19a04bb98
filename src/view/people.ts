import type { KnownUser } from '../client/known-users.ts'
import { Asked, type AskedStatus } from './asked.ts'
import type { ChatView } from './chat-view.ts'
import { derive, type Readable, whileRead } from './readable.ts'

/** A user as shown. */
export interface ShownUser {
  readonly id: number
  /** What to show for the user: the id as long as no name is known. */
  readonly name: string
  /** The web address of a picture. */
  readonly avatar: string | undefined
  /** Undefined where nothing is known of it. */
  readonly status: KnownUser['status'] | undefined
  /** When an offline user was here last, ISO 8601. */
  readonly lastSeen: string | undefined
  readonly isSelf: boolean
}

/** Who is here. */
export interface ShownPresence {
  /** By id, idle ones among them. */
  readonly online: readonly KnownUser[]
  /** Those too who were here. */
  readonly users: readonly KnownUser[]
  readonly status: AskedStatus
  readonly error: Error | undefined
  readonly reload: () => void
}

/** The users around a view. */
export class People {
  readonly presence: Readable<ShownPresence>
  readonly #view: ChatView
  readonly #asked: Asked

  constructor(view: ChatView) {
    const { client, conversation } = view
    this.#view = view
    this.#asked = new Asked(client, () => client.presence())
    const asked = this.#asked
    const { reload } = asked
    const start = { online: [], users: [], status: asked.status, error: undefined, reload }
    const presence = derive<ShownPresence>([conversation, asked], start, () => ({
      online: onlineOf(conversation.users()),
      users: conversation.users(),
      status: asked.status,
      error: asked.error,
      reload,
    }))
    this.presence = whileRead(presence, () => asked.want())
  }

  /** A user; who has a name is told it as soon as it is known. */
  user(id: number): Readable<ShownUser> {
    const { client, conversation } = this.#view
    const isSelf = id === client.userId
    const start = {
      ...{ id, name: String(id), avatar: undefined, status: undefined, lastSeen: undefined },
      isSelf,
    }
    const user = derive<ShownUser>([conversation], start, () => {
      const { status, lastSeen } = conversation.user(id) ?? {}
      const name = conversation.displayName(id)
      return { id, name, avatar: this.#pictureOf(id), status, lastSeen, isSelf }
    })
    return whileRead(user, () => this.#asked.want())
  }

  /** What users are shown as, in the same order. */
  names(ids: readonly number[]): Readable<readonly string[]> {
    const { conversation } = this.#view
    return derive([conversation], ids.map(String), () => ids.map(conversation.displayName))
  }

  #pictureOf(id: number): string | undefined {
    const { client } = this.#view
    const avatar = client.names.find(id)?.avatar
    // The server takes nothing else: an upload of its own, or an https URL.
    if (avatar === undefined || avatar.startsWith('https://')) return avatar
    return client.fileUrl(avatar)
  }
}

const onlineOf = memoOf((users: readonly KnownUser[]) =>
  users.filter(({ status }) => status !== 'offline'),
)

/** The function, which computes once for each object. */
function memoOf<From extends object, To>(compute: (from: From) => To): (from: From) => To {
  const results = new WeakMap<From, To>()
  return (from) => {
    let result = results.get(from)
    if (result === undefined) {
      result = compute(from)
      results.set(from, result)
    }
    return result
  }
}
