import type { Chat } from '../protocol/chat.ts'
import type { PendingMessage } from '../view/draft.ts'
import { chatLabel } from './chat-label.ts'
import { isStored, type Notice, type PaneEntry, type StoredMessage } from './pane/pane-entry.ts'
import type { Scroll } from './pane/pane-view.ts'
import type { Overlay } from './screen-model.ts'

/** Older notices of a chat are forgotten. */
const MAX_NOTICES = 100

/** What the text being typed is for, where it is not a new message. */
export interface Target {
  readonly type: 'reply' | 'edit'
  readonly id: number
}

/** A list over the messages, and what choosing a line of it does. */
export interface ChoiceOverlay extends Overlay {
  readonly onChoose?: (index: number) => void
}

/** How one chat is looked at. */
export interface ChatView {
  scroll: Scroll
  /** The id above which messages are marked as new; 0 for no mark. */
  markedId: number
  /** Unread messages with a word that means the user, but that do not name the user. */
  mentions: number
  selectedId: number | undefined
  /** Lines of the client's own, each behind the message with the id `after`. */
  notices: { readonly notice: Notice; readonly after: number }[]
  /** Whether older messages are being asked for. */
  isLoadingOlder: boolean
}

/** A file on its way to the server. */
export interface Upload {
  readonly name: string
  readonly sentBytes: number
  readonly sizeBytes: number
}

interface Merged {
  readonly messages: readonly StoredMessage[]
  readonly pending: readonly PendingMessage[]
  readonly noticeCount: number
  readonly entries: readonly PaneEntry[]
}

/** What is the screen's own: where the user is, what is selected, scrolled to, muted and noted. */
export class ScreenState {
  chat: Chat
  target: Target | undefined
  overlay: ChoiceOverlay | undefined
  /** Whether the terminal's window has the focus; assumed until it says otherwise. */
  isFocused = true
  isSidebarHidden = false
  readonly uploads = new Set<Upload>()
  readonly #views = new Map<string, ChatView>()
  readonly #merged = new Map<string, Merged>()
  /** Counts all notices ever, to tell when they have changed. */
  #noticeCount = 0

  constructor(chat: Chat) {
    this.chat = chat
  }

  /** The view of a chat, by default the one that is shown. */
  view(chat: Chat = this.chat): ChatView {
    const label = chatLabel(chat)
    let view = this.#views.get(label)
    if (!view) {
      view = {
        scroll: 'newest',
        markedId: 0,
        mentions: 0,
        selectedId: undefined,
        notices: [],
        isLoadingOlder: false,
      }
      this.#views.set(label, view)
    }
    return view
  }

  /** Shows a line of the client's own behind the newest message of a chat, by default the one shown. */
  notify(text: string, newest: StoredMessage | undefined, chat: Chat = this.chat): void {
    const created_at = new Date().toISOString()
    const { notices } = this.view(chat)
    notices.push({ notice: { type: 'notice', text, created_at }, after: newest?.id ?? 0 })
    if (notices.length > MAX_NOTICES) notices.shift()
    this.#noticeCount += 1
  }

  /** All that the pane of the shown chat holds; the same array while nothing of it changes. */
  entries(
    messages: readonly StoredMessage[],
    pending: readonly PendingMessage[],
  ): readonly PaneEntry[] {
    const label = chatLabel(this.chat)
    const { notices } = this.view()
    if (notices.length === 0 && pending.length === 0) return messages
    const noticeCount = this.#noticeCount
    const known = this.#merged.get(label)
    if (
      known?.messages === messages &&
      known.pending === pending &&
      known.noticeCount === noticeCount
    )
      return known.entries
    const entries = [...mergeNotices(messages, notices), ...pending]
    this.#merged.set(label, { messages, pending, noticeCount, entries })
    return entries
  }
}

/** Puts notices behind the messages they followed; those of messages that are gone come first. */
function mergeNotices(
  messages: readonly StoredMessage[],
  notices: ChatView['notices'],
): PaneEntry[] {
  const entries: PaneEntry[] = [...messages]
  for (const { notice, after } of notices) {
    const behind = entries.findLastIndex((entry) => isStored(entry) && entry.id <= after)
    let place = behind + 1
    // Behind the notices that came before it.
    while (place < entries.length && !isStored(entries[place]!)) place += 1
    entries.splice(place, 0, notice)
  }
  return entries
}
