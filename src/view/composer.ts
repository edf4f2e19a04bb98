import type { KnownMessage } from '../client/known-message.ts'
import { type ChatRef, chatKeyOf, onlyChat } from '../protocol/chat.ts'
import type { Ack } from '../protocol/server-frames.ts'
import type { Place } from './chat-pages.ts'
import type { ChatView } from './chat-view.ts'
import { type Completion, completeAt, type FindEmoji } from './completion.ts'
import { likelyPeople } from './likely-people.ts'
import { Listeners } from './listeners.ts'
import { Messages } from './message-actions.ts'
import type { Readable } from './readable.ts'
import { type UploadItem, UploadQueue } from './upload-queue.ts'

/** The ways to complete the word before the cursor, one of which is chosen. */
export interface ChosenCompletion extends Completion {
  readonly index: number
}

/** What is being written. */
export interface ShownComposer {
  readonly text: string
  /** Where the cursor stands, in UTF-16 code units. */
  readonly cursor: number
  /** The message that it will answer. */
  readonly replyTo: KnownMessage | undefined
  /** The own message that it will replace. */
  readonly editing: KnownMessage | undefined
  readonly attachments: readonly UploadItem[]
  readonly completion: ChosenCompletion | undefined
  /** Whether there is something to send, and nothing on its way that belongs to it. */
  readonly canSend: boolean
  /** Why an edit was refused. */
  readonly error: Error | undefined
  /** Counts the changes that do not come from the input: after each its cursor is to be set. */
  readonly revision: number
}

const EMPTY: ShownComposer = {
  text: '',
  cursor: 0,
  replyTo: undefined,
  editing: undefined,
  attachments: [],
  completion: undefined,
  canSend: false,
  error: undefined,
  revision: 0,
}

/** Of each chat and thread, what is being written: it stays while another one is open. */
export class Composers {
  readonly #view: ChatView
  readonly #composers = new Map<string, Composer>()

  constructor(view: ChatView) {
    this.#view = view
  }

  of({ chat, thread }: Place): Composer {
    const key = `${chatKeyOf(chat)} ${thread ?? ''}`.trim()
    const composer =
      this.#composers.get(key) ?? new Composer(this.#view, { chat: onlyChat(chat), thread }, key)
    this.#composers.set(key, composer)
    return composer
  }
}

/** What is being written to one chat or thread: a new message, an answer, or an edit. */
export class Composer extends Listeners implements Readable<ShownComposer> {
  readonly start = EMPTY
  readonly uploads: UploadQueue
  /** Finds emoji to complete; without it, none are. */
  findEmoji: FindEmoji | undefined
  readonly #view: ChatView
  readonly #chat: ChatRef
  readonly #thread: number | undefined
  readonly #draftKey: string
  #shown: ShownComposer

  constructor(view: ChatView, { chat, thread }: Place, key: string) {
    super()
    this.#view = view
    this.#chat = chat
    this.#thread = thread
    this.#draftKey = `chatws draft ${view.client.userId} ${key}`
    this.uploads = new UploadQueue(view.client)
    this.uploads.subscribe(() => this.#set({ attachments: this.uploads.items }))
    const text = view.drafts.get(this.#draftKey) ?? ''
    this.#shown = { ...EMPTY, text, cursor: text.length, canSend: text.trim() !== '' }
  }

  readonly get = (): ShownComposer => this.#shown

  /** The text was changed; the others are told that the user types. */
  readonly setText = (text: string, cursor = text.length): void => {
    const isMessage = this.#shown.editing === undefined
    if (isMessage) this.#view.drafts.set(this.#draftKey, text)
    this.#view.client.typing(this.#chat, isMessage && text !== '')
    this.#set({ text, cursor, completion: this.#complete(text, cursor), error: undefined })
  }

  /** The cursor was moved, and no text changed. */
  readonly setCursor = (cursor: number): void => {
    const { text, cursor: before, completion } = this.#shown
    if (cursor === before) return
    // What was dismissed stays so until the text changes.
    this.#set({ cursor, completion: completion && this.#complete(text, cursor) })
  }

  /** Puts a text where the cursor is, such as an emoji that was picked. */
  readonly insert = (inserted: string): void => {
    const { text, cursor } = this.#shown
    const end = cursor + inserted.length
    this.#replaceText(text.slice(0, cursor) + inserted + text.slice(cursor), end)
  }

  /** What is sent next answers a message. */
  readonly reply = (replyTo: KnownMessage): void => {
    this.#leaveEdit()
    this.#set({ replyTo })
  }

  /** What is sent next replaces an own message; what was being written comes back after it. */
  readonly edit = (editing: KnownMessage): void => {
    const text = editing.content
    this.#view.client.typing(this.#chat, false)
    const { revision } = this.#shown
    const { items: attachments } = this.uploads
    const fresh = { ...EMPTY, revision: revision + 1, attachments }
    this.#set({ ...fresh, editing, text, cursor: text.length })
  }

  /** Edits the last own message that is known; false where there is none. */
  readonly editLast = (): boolean => {
    const { client, conversation } = this.#view
    const messages =
      this.#thread === undefined
        ? conversation.messages(this.#chat)
        : conversation.thread(this.#chat, this.#thread)
    const last = messages.findLast(
      ({ sender_id, deleted_at }) => sender_id === client.userId && deleted_at === undefined,
    )
    if (last) this.edit(last)
    return last !== undefined
  }

  /** Leaves the list of completions, or the edit, or the answer: the first of them that there is. */
  readonly cancel = (): void => {
    if (this.#shown.completion) this.#set({ completion: undefined })
    else if (this.#shown.editing) this.#leaveEdit()
    else this.#set({ replyTo: undefined })
  }

  /** Chooses another completion: the next one, or for -1 the one before. */
  readonly moveCompletion = (step: 1 | -1): void => {
    const { completion } = this.#shown
    if (!completion) return
    const count = completion.candidates.length
    this.#set({ completion: { ...completion, index: (completion.index + step + count) % count } })
  }

  /** Completes the word with the chosen candidate, or with another. */
  readonly acceptCompletion = (index = this.#shown.completion?.index): void => {
    const { text, cursor, completion } = this.#shown
    const candidate = completion?.candidates[index ?? 0]
    if (!completion || !candidate) return
    const begun = text.slice(0, completion.start) + candidate.text
    this.#replaceText(begun + text.slice(cursor), begun.length)
  }

  /** Sends what is written, if it can be; what is refused is shown with the messages. */
  readonly submit = (): Promise<Ack> | undefined => {
    const { text, editing, replyTo, attachments, canSend } = this.#shown
    if (!canSend) return undefined
    const content = text.trim()
    if (editing) return this.#submitEdit(editing, content)
    const files = attachments.flatMap(({ uploaded }) => uploaded ?? [])
    this.setText('')
    this.uploads.clear()
    this.#set({ replyTo: undefined, completion: undefined })
    const thread = this.#thread
    return this.#view.outbox.send(this.#chat, { content, reply_to: replyTo?.id, thread, files })
  }

  #submitEdit(editing: KnownMessage, content: string): Promise<Ack> | undefined {
    this.#leaveEdit()
    if (content === editing.content) return undefined
    const sent = this.#view.part(Messages).actionsIn(this.#chat).edit(editing.id, content)
    sent.catch((error: Error) => {
      // Unless the user has gone on to something else by now.
      if (this.#shown.editing || this.#shown.text !== '') this.#set({ error })
      else this.#set({ editing, text: content, cursor: content.length, error })
    })
    return sent
  }

  #leaveEdit(): void {
    if (!this.#shown.editing) return
    const text = this.#view.drafts.get(this.#draftKey) ?? ''
    const rest = { replyTo: undefined, completion: undefined, error: undefined }
    const revision = this.#shown.revision + 1
    this.#set({ text, cursor: text.length, editing: undefined, ...rest, revision })
  }

  /** As something other than the input wants it; that offers no completions. */
  #replaceText(text: string, cursor: number): void {
    this.setText(text, cursor)
    this.#set({ completion: undefined, revision: this.#shown.revision + 1 })
  }

  #complete(text: string, cursor: number): ChosenCompletion | undefined {
    const { conversation } = this.#view
    const found = completeAt(text, cursor, {
      userIds: () => likelyPeople(this.#view, this.#chat),
      nameOf: conversation.displayName,
      findEmoji: this.findEmoji,
    })
    return found && { ...found, index: 0 }
  }

  #set(change: Partial<ShownComposer>): void {
    const next = { ...this.#shown, ...change }
    const { text, editing, attachments } = next
    const isWhole = attachments.every(({ state }) => state === 'done')
    const hasSome = text.trim() !== '' || (!editing && attachments.length > 0)
    this.#shown = { ...next, canSend: hasSome && (editing !== undefined || isWhole) }
    this.changed()
  }
}
