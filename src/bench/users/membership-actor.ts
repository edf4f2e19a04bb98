import type { Audit } from '../audit/audit.ts'
import type { ChatLedger } from '../audit/chat-ledger.ts'
import type { Action, MembershipAct } from '../schedule/plan.ts'
import type { MessageAck } from './sent-messages.ts'
import type { VirtualConnection } from './virtual-connection.ts'

type Membership = Extract<Action, { kind: 'membership' }>

const FRAMES = {
  leave: 'LEAVE',
  join: 'JOIN',
  remove: 'REMOVE_MEMBERS',
  add: 'ADD_MEMBERS',
} as const satisfies Record<MembershipAct, string>

/** Has users leave chats and come back, and takes note of when the server did it. */
export class MembershipActor {
  readonly #audit: Audit
  readonly #chats: ChatLedger
  /** Begins the `client_id` of each request, so that it is no other generator's. */
  readonly #prefix: string
  /** `client_id` of a request that was not answered yet → what it asks for. */
  readonly #asked = new Map<string, Membership>()
  #serial = 0

  constructor(audit: Audit, chats: ChatLedger, generator: number) {
    this.#audit = audit
    this.#chats = chats
    this.#prefix = `member:${audit.origin}:${generator}:`
  }

  act(connection: VirtualConnection, action: Membership): void {
    const { act, chat, member } = action
    const client_id = `${this.#prefix}${this.#serial++}`
    const isOther = act === 'remove' || act === 'add'
    const frame = {
      type: FRAMES[act],
      chat_id: this.#chats.idOf(chat),
      ...(isOther ? { users: [this.#audit.population.idOf(member)] } : {}),
      client_id,
    }
    this.#asked.set(client_id, action)
    connection.request(client_id, JSON.stringify(frame))
  }

  /** Takes note of the ACK of a request; false when it is for something else. */
  onAck(connection: VirtualConnection, { client_id, offset }: MessageAck): boolean {
    if (!client_id.startsWith(this.#prefix)) return false
    connection.requests.delete(client_id)
    const asked = this.#asked.get(client_id)
    this.#asked.delete(client_id)
    if (!asked) return true
    const { act, chat, member } = asked
    const isGone = act === 'leave' || act === 'remove'
    const [added, removed] = isGone ? [[], [member]] : [[member], []]
    this.#chats.noteChange(offset, chat, { added, removed })
    return true
  }
}
