import type { Audit } from '../audit/audit.ts'
import type { ChatLedger } from '../audit/chat-ledger.ts'
import { nowUs } from '../clock.ts'
import { Histogram } from '../metrics/histogram.ts'
import type { Behaviour } from '../scenario/behaviour.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { Action } from '../schedule/plan.ts'
import { Expectations } from './expectations.ts'
import type { SentMessages } from './sent-messages.ts'
import type { VirtualConnection } from './virtual-connection.ts'

type Message = Pick<Action & { kind: 'send' }, 'to' | 'chat' | 'contentBytes'>

/** What users do on their connections, as their behaviours want it. */
export class BehaviourRunner {
  /** By how much messages were sent late, since the last snapshot. */
  readonly lateness = new Histogram()
  readonly #scenario: Scenario
  readonly #audit: Audit
  readonly #messages: SentMessages
  readonly #random: () => number
  readonly #expectations: Expectations
  /** Connection → chat → the id that was last confirmed. */
  readonly #receipts = new Map<VirtualConnection, Map<string, number>>()
  #isHalted = false

  /** @param random decides what the plan leaves open */
  constructor(scenario: Scenario, audit: Audit, messages: SentMessages, random: () => number) {
    this.#scenario = scenario
    this.#audit = audit
    this.#messages = messages
    this.#random = random
    this.#expectations = new Expectations(messages)
  }

  /** How often something that was expected did not come in time. */
  get expectationsMissed(): number {
    return this.#expectations.missed
  }

  behaviourOf(user: number): Behaviour {
    return this.#scenario.behaviours[this.#audit.population.behaviourOf[user]!]!
  }

  /** Nothing more is sent. */
  halt(): void {
    this.#isHalted = true
  }

  /**
   * A user's connection was greeted, so long after it was due. @param isBeginning whether the user
   * has just come with it
   */
  onGreeted(connection: VirtualConnection, latencyUs: number, isBeginning: boolean): void {
    const { expect = [], converse } = this.behaviourOf(connection.user)
    this.#expectations.onGreeted(expect, latencyUs)
    if (converse && isBeginning) this.#think(connection, converse)
  }

  /** A message of the connection was acknowledged for the first time. */
  onAcknowledged(connection: VirtualConnection): void {
    const { converse } = this.behaviourOf(connection.user)
    if (converse) this.#think(connection, converse)
  }

  /** Sends a message; where chats have members, to a chat by index. */
  send(connection: VirtualConnection, message: Message, dueUs: number): void {
    this.lateness.record(nowUs() - dueUs)
    const serial = this.#messages.send(connection, message, {
      dueUs,
      isRecorded: this.#audit.isRecording,
      senderId: this.#audit.population.idOf(connection.user),
    })
    if (serial === undefined) return
    const { expect } = this.behaviourOf(connection.user)
    if (expect) this.#expectations.onSent(expect, { connection, serial, dueUs })
  }

  type(connection: VirtualConnection, { to, chat }: Pick<Message, 'to' | 'chat'>): void {
    const id = this.#audit.chats?.idOf(chat) ?? chat
    connection.sendText(JSON.stringify({ type: 'TYPING', ...chatKey(to, id), typing: true }))
  }

  /** Confirms what is new in each chat that a user follows. */
  read(connection: VirtualConnection): void {
    const { read } = this.behaviourOf(connection.user)
    if (!read || connection.state !== 'open') return
    const confirmed = this.#receipts.get(connection) ?? new Map<string, number>()
    this.#receipts.set(connection, confirmed)
    for (const chat of this.#chatIds(connection.user, read.chats)) {
      const key = `${read.to}${chat}`
      const id = this.#audit.newestMessages.get(key)
      if (id === undefined || id <= (confirmed.get(key) ?? 0)) continue
      confirmed.set(key, id)
      const type = read.kind === 'read' ? 'READ' : 'DELIVERED'
      connection.sendText(JSON.stringify({ type, ...chatKey(read.to, chat), id }))
    }
  }

  /** Reacts to the newest message. */
  react(connection: VirtualConnection): void {
    const { react } = this.behaviourOf(connection.user)
    const newest = this.#newestFor(connection.user)
    if (!react || !newest) return
    connection.sendText(
      JSON.stringify({ type: 'REACT', [newest.key]: newest.id, emoji: react.emoji }),
    )
  }

  /** Nothing is expected any more. */
  end(): void {
    this.#expectations.end()
  }

  /** The ids of the chats that a user follows: its own, or the first `count`. */
  #chatIds(user: number, count: number): number[] {
    const { chats } = this.#audit
    if (!chats) return Array.from({ length: count }, (_, place) => place + 1)
    return this.#chatsOf(chats, user)
      .slice(0, count)
      .map((chat) => chats.idOf(chat))
  }

  /** A chat for the next message of a conversation; undefined when the user is in none. */
  #drawChat(user: number, count: number): number | undefined {
    const point = this.#random()
    const { chats } = this.#audit
    if (!chats) return 1 + Math.floor(point * count)
    const own = this.#chatsOf(chats, user)
    return own[Math.floor(point * own.length)]
  }

  #chatsOf(chats: ChatLedger, user: number): number[] {
    return chats.chatsOf(user).filter((chat) => chats.isMember(chat, user))
  }

  #newestFor(user: number): Audit['newestMessage'] {
    if (!this.#audit.chats) return this.#audit.newestMessage
    const chat = this.#drawChat(user, 0)
    if (chat === undefined) return undefined
    const id = this.#audit.newestMessages.get(`chat${this.#audit.chats.idOf(chat)}`)
    return id === undefined ? undefined : { key: 'message_id', id }
  }

  /** Sends the next message of a conversation after some thought. */
  #think(connection: VirtualConnection, converse: NonNullable<Behaviour['converse']>): void {
    const { min, max } = converse.thinkSeconds
    const thinkMs = (min + this.#random() * (max - min)) * 1000
    const dueUs = nowUs() + thinkMs * 1e3
    setTimeout(() => {
      // One that was cut off sends it when it is back.
      if (this.#isHalted || connection.state === 'away' || connection.state === 'leaving') return
      const chat = this.#drawChat(connection.user, converse.chats)
      if (chat === undefined) return
      this.send(connection, { to: converse.to, chat, contentBytes: converse.contentBytes }, dueUs)
    }, thinkMs)
  }
}

function chatKey(to: 'chat' | 'support', chat: number): Record<string, number> {
  return { [to === 'chat' ? 'chat_id' : 'support_chat_id']: chat }
}
