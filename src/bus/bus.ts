import type { Chat } from '../protocol/chat.ts'

/** What nodes tell each other: topic → what is told, as it would be written in JSON. */
export interface BusEvents {
  /** A user came or went. */
  readonly status: {
    readonly userId: number
    readonly isOnline: boolean
    readonly at: string
    /** The chats (`chatKey`s) whose readers are told; everyone where it is not there. */
    readonly chats?: readonly string[] | undefined
  }
  /** A user who is online became idle or active. */
  readonly activity: {
    readonly userId: number
    readonly isIdle: boolean
    readonly at: string
    readonly chats?: readonly string[] | undefined
  }
  readonly typing: { readonly userId: number; readonly chat: Chat; readonly isTyping: boolean }
  /** How far a user has come in a chat; it is stored. */
  readonly receipt: {
    readonly userId: number
    readonly chat: Chat
    readonly delivered: number
    readonly read: number
  }
  /** Every connection of a user is to be closed for good. */
  readonly kick: { readonly userId: number }
  /** A text for everyone who is connected. */
  readonly announcement: { readonly text: string; readonly at: string }
}

export type Topic = keyof BusEvents

/**
 * Takes what a node tells to every node, itself included. What one node publishes arrives in that
 * order; between nodes there is none. Events may be lost where nodes are apart, so that each must
 * tell a state rather than a change, or bear to be missed.
 */
export interface Bus {
  publish<Name extends Topic>(topic: Name, event: BusEvents[Name]): void
  /** Calls a listener with each event of a topic from now on. */
  subscribe<Name extends Topic>(topic: Name, listener: (event: BusEvents[Name]) => void): void
  /** Nothing arrives any more once this resolves. */
  close(): Promise<void>
}
