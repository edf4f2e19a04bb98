import type { ChatClient } from '../../client/chat-client.ts'
import { findMentions, type Mentionable } from '../../client/mentions.ts'
import { type Chat, chatRef } from '../../protocol/chat.ts'
import { ChatwsError } from '../../protocol/error.ts'
import { MAX_HISTORY } from '../../protocol/limits.ts'
import { chatLabel } from '../chat-label.ts'
import { untilNamed } from '../until-named.ts'

/** Users of a chat that are asked for. */
const MAX_USERS = 1_000

interface People {
  readonly ids: readonly number[]
  /** Whether others than these may be mentioned by id. */
  readonly areOthers: boolean
}

/**
 * Finds whom a text mentions, as `@12` or `@Anna`, for those who see no list of users. Who is in a chat
 * it asks the server when a text first has an `@`, and not before.
 */
export class MentionFinder {
  readonly #client: ChatClient
  /** Undefined when there will be no connection. */
  readonly #established: Promise<{ readonly hasMembers: boolean } | undefined>
  /** `chatLabel` → who is in the chat. */
  readonly #people = new Map<string, Promise<People>>()

  /** @param client not connected yet */
  constructor(client: ChatClient) {
    this.#client = client
    this.#established = new Promise((resolve) => {
      client.on('established', ({ access }) => resolve({ hasMembers: access === 'members' }))
      client.on('status', ({ state }) => state === 'closed' && resolve(undefined))
    })
    client.on('membersChanged', ({ chat_id }) => {
      this.#people.delete(chatLabel({ kind: 'chat', id: chat_id }))
    })
    client.on('gap', () => this.#people.clear())
  }

  /** The users that a text for a chat mentions; with an `@` in it, known only once there is a connection. */
  async mentionsIn(chat: Chat, text: string): Promise<number[]> {
    if (!text.includes('@')) return []
    const server = await this.#established
    return server ? findMentions(text, await this.#mentionable(chat, server.hasMembers)) : []
  }

  async #mentionable(chat: Chat, hasMembers: boolean): Promise<Mentionable> {
    const { names } = this.#client
    const isClosed = hasMembers && chat.kind === 'chat'
    const label = chatLabel(chat)
    const asked = this.#people.get(label) ?? (isClosed ? this.#members(chat.id) : this.#met(chat))
    this.#people.set(label, asked)
    const { ids, areOthers } = await asked
    const shown = new Set([...ids, ...(isClosed ? [] : names.named())])
    return { shown: new Map(Array.from(shown, (id) => [id, names.displayName(id)])), areOthers }
  }

  async #members(chatId: number): Promise<People> {
    const ids: number[] = []
    try {
      for await (const { user } of this.#client.eachMember(chatId)) {
        if (ids.length === MAX_USERS) return { ids, areOthers: true }
        ids.push(user)
      }
      return { ids, areOthers: false }
    } catch (error) {
      return nobody(error)
    }
  }

  /** Where anyone may be: who has written lately, and who is online. */
  async #met({ kind, id }: Chat): Promise<People> {
    try {
      const [{ messages }, { users }] = await Promise.all([
        this.#client.history({ ...chatRef(kind, id), limit: MAX_HISTORY }),
        this.#client.presence(),
      ])
      const writers = messages.map(({ sender_id }) => sender_id).reverse()
      const met = new Set([...writers, ...users.map(({ userId }) => userId)])
      const ids = [...met].slice(0, MAX_USERS)
      await untilNamed(this.#client, ids)
      return { ids, areOthers: true }
    } catch (error) {
      return nobody(error)
    }
  }
}

/** What the server does not tell is no reason not to send: it says itself why a message is refused. */
function nobody(error: unknown): People {
  if (error instanceof ChatwsError) return { ids: [], areOthers: true }
  throw error
}
