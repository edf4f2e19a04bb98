import type { ChatState } from '../client/known-chat.ts'
import { typistsText } from '../view/typists-text.ts'
import type { ChatData } from './chat-data.ts'
import { chatLabel } from './chat-label.ts'
import { namesMessage } from './commands/command-line.ts'
import type { Keyboard } from './keyboard.ts'
import type { EntryContext } from './pane/entry-lines.ts'
import { isStored, type PaneEntry, type StoredMessage } from './pane/pane-entry.ts'
import type { PaneContent } from './pane/pane-view.ts'
import { describeConnection } from './screen/connection-text.ts'
import type { ChatRow, ScreenModel, UserRow } from './screen-model.ts'
import type { ScreenState, Upload } from './screen-state.ts'

/** What the status bar tells besides what the others know. */
export interface Vitals {
  readonly retryAtMs: number
  /** The newest round trip; undefined while none was measured. */
  readonly lagMs: number | undefined
  readonly refusedByLimit: number
}

/** As many of those who type, or have read a message, are named. */
const MAX_NAMED = 3

/** Of a file's name this much is told while it is sent, in UTF-16 code units. */
const MAX_NAME_LENGTH = 24

/** Makes what the screen shows out of what is known, and of what is the screen's own. */
export class ModelBuilder {
  readonly #data: ChatData
  readonly #state: ScreenState
  readonly #keyboard: Keyboard
  readonly #mentions: () => readonly string[]
  #rows: { key: string; chats: readonly ChatRow[] } | undefined
  #users: { known: readonly UserRow[]; users: readonly UserRow[] } | undefined

  /** @param mentions words that mean the user, in lower case */
  constructor(
    data: ChatData,
    state: ScreenState,
    keyboard: Keyboard,
    mentions: () => readonly string[],
  ) {
    this.#data = data
    this.#state = state
    this.#keyboard = keyboard
    this.#mentions = mentions
  }

  build(vitals: Vitals): ScreenModel {
    const state = this.#state
    const { editor } = this.#keyboard
    return {
      userId: this.#data.userId,
      title: `chatws ${this.#data.titleOf(state.chat)} | ${this.#ownName()}`,
      users: this.#userRows(),
      chats: this.chatRows(),
      pane: this.pane(),
      scroll: state.view().scroll,
      overlay: state.overlay,
      hints: this.#hints(),
      status: this.#status(vitals),
      isWarning: this.#data.status.state !== 'open',
      text: editor.text,
      cursor: editor.cursor,
      isSidebarHidden: state.isSidebarHidden,
    }
  }

  /** What the pane of the chat that is shown holds. */
  pane(): PaneContent {
    const { chat } = this.#state
    const messages = this.#data.messagesOf(chat)
    const entries = this.#state.entries(messages, this.#data.pendingOf(chat))
    const { markedId, selectedId } = this.#state.view()
    const isOpen = this.#data.status.state === 'open'
    const hasId = selectedId !== undefined || namesMessage(this.#keyboard.editor.text)
    const mentions = this.#mentions()
    const nameOf = (userId: number) => this.#data.nameOf(userId)
    const contextOf = (entry: PaneEntry): EntryContext => ({
      userId: this.#data.userId,
      repliedTo: findReplied(entry, messages),
      receipt: this.#receipt(entry),
      isOpen,
      isSelected: isStored(entry) && entry.id === selectedId,
      hasId,
      mentions,
      nameOf,
    })
    return { entries, readId: markedId, contextOf }
  }

  /** The chats, the shown one among them even where nothing is known of it. */
  chatRows(): readonly ChatRow[] {
    const chosen = chatLabel(this.#state.chat)
    const known: readonly Pick<ChatState, 'chat' | 'unread' | 'mentions' | 'notify'>[] =
      this.#data.chats()
    const all = known.some(({ chat }) => chatLabel(chat) === chosen)
      ? known
      : [...known, this.#data.stateOf(this.#state.chat)]
    const rows = all
      .map(({ chat, unread, notify, mentions: counted }) => {
        // Messages that name the user, and those with other words that mean the user.
        const mentions = counted + this.#state.view(chat).mentions
        const isMuted = notify === 'none'
        const title = this.#data.titleOf(chat)
        return { chat, title, unread, isMuted, mentions, isChosen: chatLabel(chat) === chosen }
      })
      .sort((a, b) => a.chat.kind.localeCompare(b.chat.kind) || a.chat.id - b.chat.id)
    const key = JSON.stringify(rows)
    if (this.#rows?.key !== key) this.#rows = { key, chats: rows }
    return this.#rows.chats
  }

  /** The user first. */
  #userRows(): readonly UserRow[] {
    const known = this.#data.users()
    if (this.#users?.known !== known) {
      const { userId } = this.#data
      const own = known.filter(({ id }) => id === userId)
      this.#users = { known, users: [...own, ...known.filter(({ id }) => id !== userId)] }
    }
    return this.#users.users
  }

  #receipt(entry: PaneEntry): string {
    if (!isStored(entry) || entry.sender_id !== this.#data.userId) return ''
    return describeReceipts(this.#data.receiptsOf(this.#state.chat, entry.id), (userId) =>
      this.#data.nameOf(userId),
    )
  }

  #hints(): string {
    const { completion } = this.#keyboard
    if (completion) {
      const { labels, index } = completion
      const from = Math.max(0, index - 2)
      const shown = labels.slice(from, from + 12)
      return shown.map((label, at) => (from + at === index ? `[${label}]` : label)).join('  ')
    }
    const { target, overlay } = this.#state
    if (overlay)
      return overlay.chosen === undefined
        ? 'Esc: back'
        : '↑ ↓: choose | Enter: go there | Esc: back'
    if (target?.type === 'edit')
      return `editing your message ${target.id} | Enter: save | Esc: leave`
    if (target) return `reply to message ${target.id} | Esc: leave`
    if (this.#state.view().selectedId !== undefined)
      return '/reply /react /edit /delete /open | Esc: leave'
    return typistsText(
      this.#data.typistsOf(this.#state.chat).map((userId) => this.#data.nameOf(userId)),
    )
  }

  #status({ retryAtMs, lagMs, refusedByLimit }: Vitals): string {
    const { status } = this.#data
    const parts = [describeConnection(status, retryAtMs - Date.now())]
    // While there is no connection, nobody knows.
    if (status.state === 'open') {
      if (lagMs !== undefined) parts.push(`${Math.round(lagMs)} ms`)
      parts.push(this.#describeOnline())
    }
    if (refusedByLimit > 0) parts.push(`rate limit hit ${refusedByLimit}×`)
    if (this.#state.view().isLoadingOlder) parts.push('loading older messages …')
    for (const upload of this.#state.uploads) parts.push(describeUpload(upload))
    parts.push('F1: help')
    return parts.join(' | ')
  }

  /** The name with the id, which others name the user by. */
  #ownName(): string {
    const { userId } = this.#data
    const name = this.#data.nameOf(userId)
    return name === String(userId) ? `user ${userId}` : `${name} (user ${userId})`
  }

  #describeOnline(): string {
    const users = this.#data.users()
    const connections = users.reduce((sum, user) => sum + user.connections, 0)
    return connections > users.length
      ? `${users.length} online, ${connections} connections`
      : `${users.length} online`
  }
}

function findReplied(
  entry: PaneEntry,
  messages: readonly StoredMessage[],
): StoredMessage | undefined {
  const id = isStored(entry)
    ? (entry.reply_to ?? entry.thread)
    : entry.type === 'pending'
      ? entry.reply_to
      : undefined
  return id === undefined ? undefined : messages.find((message) => message.id === id)
}

function describeUpload({ name, sentBytes, sizeBytes }: Upload): string {
  const shown = name.length > MAX_NAME_LENGTH ? `${name.slice(0, MAX_NAME_LENGTH)}…` : name
  return `sending ${shown}: ${Math.floor((100 * sentBytes) / sizeBytes)} %`
}

/** Who has an own message, in marks and words: sent, delivered to someone, read by some. */
function describeReceipts(
  { delivered, read }: { readonly delivered: number; readonly read: readonly number[] },
  nameOf: (userId: number) => string,
): string {
  if (read.length > MAX_NAMED) return `✓✓ read by ${read.length} people`
  if (read.length > 0) return `✓✓ read by ${read.map(nameOf).join(', ')}`
  return delivered > 0 ? '✓✓' : '✓'
}
