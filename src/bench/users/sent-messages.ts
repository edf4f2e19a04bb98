import type { ChatLedger } from '../audit/chat-ledger.ts'
import {
  formatMessageName,
  type MessageMark,
  parseMessageName,
  writeContent,
} from '../audit/message-mark.ts'
import { Histogram } from '../metrics/histogram.ts'
import type { Action } from '../schedule/plan.ts'
import { GrowingArray } from './growing-array.ts'
import { Tally } from './tally.ts'
import type { VirtualConnection } from './virtual-connection.ts'

/** What an ACK says of the message that it is for. */
export interface MessageAck {
  readonly client_id: string
  readonly id: number
  readonly offset: number
}

/** The messages that one generator sent, and what was answered. */
export class SentMessages {
  /** From when a message was due until its ACK, since the last snapshot. */
  readonly acks = new Histogram()
  readonly errors = new Tally()
  /** The same of those that refused a message. */
  readonly refusals = new Tally()
  sent = 0
  acknowledged = 0
  refused = 0
  unsent = 0
  duplicateAcks = 0
  /** Messages whose sender left before they were answered. */
  abandoned = 0
  /** Messages that were refused to somebody who was going out of the chat, or coming into it. */
  overtaken = 0
  misrouted = 0
  /** Answers that name no message of any load test. */
  corrupt = 0
  /** The newest offset that was acknowledged. */
  lastAckOffset = 0
  /** Which of the generators sends them. */
  readonly generator: number
  readonly #origin: string
  readonly #chats: ChatLedger | undefined
  /** Serial → the connection that sent it, plus 1. */
  readonly #senders = new GrowingArray()
  readonly #ackOffsets = new GrowingArray()
  readonly #ackIds = new GrowingArray()
  /** Serials of messages that went out twice: they may be answered twice. */
  readonly #repeated = new Set<number>()
  #serial = 0

  /** @param chats where chats have members; messages are for those by index then, not by id */
  constructor(origin: string, generator: number, chats?: ChatLedger) {
    this.#origin = origin
    this.#chats = chats
    this.generator = generator
  }

  /** Messages that were sent and not answered so far. */
  get unanswered(): number {
    return this.sent - this.acknowledged - this.refused - this.abandoned - this.overtaken
  }

  /** Sends a message; returns its serial, or undefined when its connection is gone. */
  send(
    connection: VirtualConnection,
    message: Pick<Action & { kind: 'send' }, 'to' | 'chat' | 'contentBytes'>,
    { dueUs, isRecorded, senderId }: { dueUs: number; isRecorded: boolean; senderId: number },
  ): number | undefined {
    const serial = this.#serial
    const mark: MessageMark = {
      origin: this.#origin,
      generator: this.generator,
      serial,
      dueUs,
      isRecorded,
    }
    const isChat = message.to === 'chat'
    const envelope = {
      [isChat ? 'chat_id' : 'support_chat_id']: this.#chats?.idOf(message.chat) ?? message.chat,
      sender_id: senderId,
    }
    const text = JSON.stringify({
      type: isChat ? 'NEW_MESSAGE' : 'NEW_SUPPORT_MESSAGE',
      ...envelope,
      content: writeContent(mark, envelope, message.contentBytes),
      client_id: formatMessageName(mark),
    })
    const { chat } = message
    if (!connection.sendMessage(serial, { text, dueUs, isRecorded, chat, isRepeated: false })) {
      this.unsent += 1
      return undefined
    }
    this.#serial += 1
    this.#senders.set(serial, connection.serial + 1)
    this.sent += 1
    return serial
  }

  /** Takes note of an ACK; returns the serial of its message when it is the first for that. */
  onAck(connection: VirtualConnection, ack: MessageAck, nowUs: number): number | undefined {
    const serial = this.#serialOf(connection, ack.client_id)
    if (serial === undefined) return undefined
    const pending = connection.pending.get(serial)
    if (!pending) {
      this.duplicateAcks += this.#repeated.has(serial) ? 0 : 1
      return undefined
    }
    connection.pending.delete(serial)
    if (pending.isRepeated) this.#repeated.add(serial)
    // It is missed by those who should have been sent it, even if nobody was.
    this.#chats?.note(ack.offset, pending.chat)
    this.#ackOffsets.set(serial, ack.offset)
    this.#ackIds.set(serial, ack.id)
    this.lastAckOffset = Math.max(this.lastAckOffset, ack.offset)
    this.acknowledged += 1
    if (pending.isRecorded) this.acks.record(nowUs - pending.dueUs)
    return serial
  }

  /** Takes note of an ERROR, for a message or for anything else. */
  onError(connection: VirtualConnection, code: string, ref: string | undefined): void {
    const serial = ref === undefined ? undefined : this.#serialOf(connection, ref)
    const pending = serial === undefined ? undefined : connection.pending.get(serial)
    if (!pending) {
      this.errors.add(code)
      return
    }
    connection.pending.delete(serial!)
    // Who has just left may have been out before the message was in.
    if (this.#chats && this.#chats.changesOf(pending.chat, connection.user).length > 0) {
      this.overtaken += 1
      return
    }
    this.refused += 1
    this.refusals.add(code)
  }

  /** The offset that a message was acknowledged with; 0: it was not. */
  ackOffsetOf(serial: number): number {
    return this.#ackOffsets.get(serial)
  }

  /** The id that a message was acknowledged with; 0: it was not. */
  ackIdOf(serial: number): number {
    return this.#ackIds.get(serial)
  }

  /** Serial → the offset it was acknowledged with; 0: it was not. */
  ackOffsets(): Float64Array {
    return this.#ackOffsets.toArray()
  }

  #serialOf(connection: VirtualConnection, name: string): number | undefined {
    const mark = parseMessageName(name)
    const isMine =
      mark?.origin === this.#origin &&
      mark.generator === this.generator &&
      this.#senders.get(mark.serial) === connection.serial + 1
    if (isMine) return mark.serial
    if (mark) this.misrouted += 1
    else this.corrupt += 1
    return undefined
  }
}
