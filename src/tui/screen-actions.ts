import type { Chat } from '../protocol/chat.ts'
import type { ChatData } from './chat-data.ts'
import { chatLabel } from './chat-label.ts'
import type { ScreenAction } from './keyboard.ts'
import type { ModelBuilder } from './model-builder.ts'
import { isStored, type StoredMessage } from './pane/pane-entry.ts'
import { type PaneSize, PaneView, type Scroll } from './pane/pane-view.ts'
import type { ScreenState } from './screen-state.ts'

/** Lines that one step of the wheel scrolls. */
const WHEEL_LINES = 3

export interface ScreenActionsOptions {
  readonly data: ChatData
  readonly state: ScreenState
  readonly builder: ModelBuilder
  paneSize(): PaneSize
  /** The oldest message that is loaded is on screen, and the user looks for older ones. */
  loadOlder(): void
  /** What the screen alone cannot do. */
  onOther(action: OtherAction): void
}

/** Actions that need more than the screen. */
export type OtherAction = 'open-editor' | 'redraw' | 'help' | 'suspend' | 'quit'

/** What keys and the mouse do to what is on screen: scrolling, selecting, going to other chats. */
export class ScreenActions {
  readonly #options: ScreenActionsOptions

  constructor(options: ScreenActionsOptions) {
    this.#options = options
  }

  do(action: ScreenAction): void {
    const { state } = this.#options
    switch (action) {
      case 'page-up':
        this.scroll(-this.#pageLines())
        break
      case 'page-down':
        this.scroll(this.#pageLines())
        break
      case 'scroll-up':
        this.scroll(-1)
        break
      case 'scroll-down':
        this.scroll(1)
        break
      case 'oldest':
        this.#setScroll(this.#view().top(), -1)
        break
      case 'newest':
        this.#setScroll('newest', 1)
        break
      case 'select-up':
        this.#select(-1)
        break
      case 'select-down':
        this.#select(1)
        break
      case 'next-unread':
        this.nextUnread()
        break
      case 'previous-chat':
        this.#nextChat(-1)
        break
      case 'next-chat':
        this.#nextChat(1)
        break
      case 'mark-read':
        this.mark()
        break
      case 'toggle-sidebar':
        state.isSidebarHidden = !state.isSidebarHidden
        break
      case 'cancel':
        this.#cancel()
        break
      default:
        this.#options.onOther(action)
        break
    }
  }

  /** Scrolls by some lines; a list over the messages, where there is one. */
  scroll(lineCount: number): void {
    const { state } = this.#options
    if (state.overlay) this.#scrollOverlay(lineCount)
    else this.#setScroll(this.#view().move(state.view().scroll, lineCount), lineCount)
  }

  /** What a key does to a list over the messages, if there is one to choose from. */
  pressInOverlay(keyName: string): boolean {
    const { overlay } = this.#options.state
    if (overlay?.chosen === undefined) return false
    if (keyName === 'up' || keyName === 'down') this.#scrollOverlay(keyName === 'up' ? -1 : 1)
    else if (keyName === 'enter') {
      this.#options.state.overlay = undefined
      overlay.onChoose?.(overlay.chosen)
    } else return false
    return true
  }

  wheel(direction: -1 | 1): void {
    this.scroll(direction * WHEEL_LINES)
  }

  /** Goes to a chat; what was new in the one that is left is marked as seen. */
  choose(chat: Chat): void {
    const { state, data } = this.#options
    if (chatLabel(chat) === chatLabel(state.chat)) return
    this.leave()
    state.chat = chat
    state.overlay = undefined
    state.target = undefined
    const view = state.view()
    view.mentions = 0
    if (view.markedId === 0) view.markedId = data.readOf(chat)
  }

  /** Goes to any chat but this one, where there is another. */
  chooseOther(chat: Chat): void {
    const label = chatLabel(chat)
    const other = this.#options.builder.chatRows().find((row) => chatLabel(row.chat) !== label)
    if (other) this.choose(other.chat)
  }

  /** The user does not look at the chat any more: what comes from now on is new. */
  leave(): void {
    const newest = this.newest()
    if (newest) this.#options.state.view().markedId = newest.id
  }

  /** Moves the read marker behind the selected message, or behind all. */
  mark(): void {
    const view = this.#options.state.view()
    view.markedId = view.selectedId ?? this.newest()?.id ?? 0
  }

  /** Goes to the next chat with unread messages, those with mentions first. */
  nextUnread(): void {
    const rows = this.#options.builder.chatRows()
    const chosen = rows.findIndex(({ isChosen }) => isChosen)
    const others = [...rows.slice(chosen + 1), ...rows.slice(0, Math.max(0, chosen))]
    const unread = others.filter((row) => row.unread > 0 && !row.isMuted)
    const next = unread.find(({ mentions }) => mentions > 0) ?? unread[0]
    if (next) this.choose(next.chat)
  }

  /** Shows a message of the chosen chat in the middle, selected; false where it is not loaded. */
  showMessage(id: number): boolean {
    const { state, builder } = this.#options
    const { entries } = builder.pane()
    const index = entries.findIndex((entry) => isStored(entry) && entry.id === id)
    if (index < 0) return false
    state.view().scroll = this.#view().centre(index)
    state.view().selectedId = id
    return true
  }

  /** The newest message of the chosen chat. */
  newest(): StoredMessage | undefined {
    const { data, state } = this.#options
    return data.messagesOf(state.chat).at(-1)
  }

  #view(): PaneView {
    return new PaneView(this.#options.builder.pane(), this.#options.paneSize())
  }

  #setScroll(scroll: Scroll, lineCount: number): void {
    const view = this.#options.state.view()
    view.scroll = scroll
    if (lineCount < 0 && this.#view().isAtTop(scroll)) this.#options.loadOlder()
  }

  /** One line of the page before stays on screen. */
  #pageLines(): number {
    return Math.max(1, this.#options.paneSize().rows - 1)
  }

  #scrollOverlay(lineCount: number): void {
    const { state, paneSize } = this.#options
    const { overlay } = state
    if (!overlay) return
    const rows = Math.max(1, paneSize().rows - 1)
    const last = overlay.lines.length - 1
    if (overlay.chosen === undefined) {
      const top = clamp(overlay.top + lineCount, 0, Math.max(0, last + 1 - rows))
      state.overlay = { ...overlay, top }
      return
    }
    const chosen = clamp(overlay.chosen + lineCount, 0, last)
    const top = clamp(overlay.top, chosen - rows + 1, chosen)
    state.overlay = { ...overlay, chosen, top }
  }

  /** Selects the message above or below; the first one is the lowest on screen. */
  #select(step: -1 | 1): void {
    const { state, builder } = this.#options
    if (state.overlay) {
      this.#scrollOverlay(step)
      return
    }
    const view = state.view()
    const stored = builder.pane().entries.filter(isStored)
    const selected = stored.findIndex(({ id }) => id === view.selectedId)
    const index = selected < 0 ? this.#lowestShown(stored) : selected + step
    const message = stored[index]
    if (!message) {
      if (index < 0) this.#options.loadOlder()
      if (index >= stored.length) view.selectedId = undefined
      return
    }
    view.selectedId = message.id
    const shown = this.#view().lines(view.scroll)
    if (!shown.some(({ entry }) => entry === message)) this.showMessage(message.id)
  }

  #lowestShown(stored: readonly StoredMessage[]): number {
    const shown = this.#view().lines(this.#options.state.view().scroll)
    const lowest = shown.findLast(({ entry }) => isStored(entry))?.entry
    return stored.indexOf(lowest as StoredMessage)
  }

  #nextChat(step: -1 | 1): void {
    const rows = this.#options.builder.chatRows()
    const chosen = rows.findIndex(({ isChosen }) => isChosen)
    const next = rows[(chosen + step + rows.length) % rows.length]
    if (next) this.choose(next.chat)
  }

  /** Leaves one thing at a time: what is over the messages, what text is for, the selection. */
  #cancel(): void {
    const { state } = this.#options
    const view = state.view()
    if (state.overlay) state.overlay = undefined
    else if (state.target) state.target = undefined
    else if (view.selectedId !== undefined) view.selectedId = undefined
    else view.scroll = 'newest'
  }
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(value, most))
}
