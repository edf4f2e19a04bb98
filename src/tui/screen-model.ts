import type { Chat } from '../protocol/chat.ts'
import type { PaneContent, Scroll } from './pane/pane-view.ts'

/** A chat as the side list shows it. */
export interface ChatRow {
  readonly chat: Chat
  /** What the chat is called, with its label. */
  readonly title: string
  readonly isChosen: boolean
  readonly isMuted: boolean
  readonly unread: number
  readonly mentions: number
}

/** A user who is online. */
export interface UserRow {
  readonly id: number
  /** The id where no name is known. */
  readonly name: string
  readonly isIdle: boolean
  /** Open connections; 0 where that is not known. */
  readonly connections: number
}

/** A list shown in place of the messages, until it is left. */
export interface Overlay {
  readonly title: string
  /** Marked lines. */
  readonly lines: readonly string[]
  /** The first line shown. */
  readonly top: number
  /** The chosen line, of a list to choose from. */
  readonly chosen?: number
}

/** All that the screen shows; `users`, `chats` and `pane` stay the same objects while unchanged. */
export interface ScreenModel {
  readonly userId: number
  readonly title: string
  readonly users: readonly UserRow[]
  readonly chats: readonly ChatRow[]
  readonly pane: PaneContent
  readonly scroll: Scroll
  readonly overlay: Overlay | undefined
  readonly hints: string
  readonly status: string
  readonly isWarning: boolean
  readonly text: string
  readonly cursor: number
  readonly isSidebarHidden: boolean
}
