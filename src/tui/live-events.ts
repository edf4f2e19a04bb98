import type { ChatClient } from '../client/chat-client.ts'
import type { Payload } from '../client/known-message.ts'
import { type Chat, type ChatRef, chatOf } from '../protocol/chat.ts'
import { ChatwsError } from '../protocol/error.ts'
import { ChatPages } from '../view/chat-pages.ts'
import { type ChatData, refOf } from './chat-data.ts'
import { chatLabel } from './chat-label.ts'
import type { MissingChat } from './missing-chat.ts'
import type { Vitals } from './model-builder.ts'
import type { Notifier } from './notifier.ts'
import { findMention } from './pane/entry-lines.ts'
import type { ScreenState } from './screen-state.ts'

/** How often the round trip is measured. */
const PING_INTERVAL_MS = 15_000

/** Every so many round trips it is asked who has how many connections. */
const PINGS_PER_PRESENCE = 4

/** How often the time until the next attempt to connect is counted down. */
const COUNTDOWN_MS = 500

/** Members of a chat that are asked for. */
const MAX_MEMBERS = 1_000

/** Messages that a chat begins with, and as many older ones are read at once. */
const PAGE = 100

export interface LiveEventsOptions {
  readonly client: ChatClient
  readonly data: ChatData
  readonly state: ScreenState
  readonly notifier: Notifier
  readonly missing: Pick<MissingChat, 'noticed'>
  /** Words that mean the user, in lower case. */
  mentions(): readonly string[]
  /** Shows a line in a chat, by default the chosen one. */
  notify(text: string, chat?: Chat): void
  /** Something changed that should be drawn. */
  changed(): void
}

/**
 * What happens by itself: a new connection asks what it missed, what was read is told, mentions
 * ring, and the connection is measured.
 */
export class LiveEvents {
  readonly #options: LiveEventsOptions
  readonly #ends: (() => void)[]
  readonly #pingTimer: ReturnType<typeof setInterval>
  #countdown: ReturnType<typeof setInterval> | undefined
  #pings = 0
  #wasLost = false
  /** Messages that came since the connection was lost; undefined unless it was. */
  #missed: number | undefined
  /** The chats that were shown on this connection. */
  readonly #begun = new Set<string>()
  /** The chat whose newest messages are wanted, and what ends that. */
  #shown: string | undefined
  #leave = () => {}
  /** Why a chat is missing that this was told of. */
  #noted: Error | undefined
  #retryAtMs = 0
  #lagMs: number | undefined
  #refusedByLimit = 0

  constructor(options: LiveEventsOptions) {
    this.#options = options
    const { client } = options
    this.#ends = [
      options.data.view.part(ChatPages).subscribe(() => this.#noteMissing()),
      client.on('status', () => this.#onStatus()),
      client.on('established', () => this.#onEstablished()),
      client.on('message', (payload) => this.#onMessage(payload)),
      client.on('supportMessage', (payload) => this.#onMessage(payload)),
      client.on('resumed', () => this.#onResumed()),
      client.on('gap', () => this.#onGap()),
      client.on('frame', (frame) => {
        if (frame.type === 'ANNOUNCEMENT') options.notify(`announcement: ${frame.text}`)
      }),
      client.on('refused', ({ code, message, ref }) => {
        if (code === 'RATE_LIMITED') this.#refusedByLimit += 1
        // One that names a message is told where that message was sent.
        else if (ref === undefined && code !== 'UNKNOWN_TYPE')
          options.notify(`the server refused a frame: ${message}`)
        options.changed()
      }),
    ]
    this.#pingTimer = setInterval(() => this.#measure(), PING_INTERVAL_MS)
  }

  get vitals(): Vitals {
    return {
      retryAtMs: this.#retryAtMs,
      lagMs: this.#lagMs,
      refusedByLimit: this.#refusedByLimit,
    }
  }

  /** The screen was drawn: what is on it was read, if someone looks; and a chat may be new. */
  drawn(): void {
    const { client, data, state, notifier } = this.#options
    this.#begin(state.chat)
    const view = state.view()
    const newest = data.messagesOf(state.chat).at(-1)
    if (newest && state.isFocused && view.scroll === 'newest' && !state.overlay) {
      view.mentions = 0
      client.read(refOf(state.chat), newest.id)
    }
    const unread = data.chats().reduce((sum, { unread: count, notify }) => {
      return notify === 'none' ? sum : sum + count
    }, 0)
    notifier.setTitle(`${unread > 0 ? `(${unread}) ` : ''}chatws ${data.titleOf(state.chat)}`)
  }

  /** The text being typed has changed. */
  typed(text: string): void {
    const { client, state } = this.#options
    if (this.#options.data.isLeft(state.chat)) return
    const isMessage = text !== '' && !text.startsWith('/') && state.target?.type !== 'edit'
    client.typing(refOf(state.chat), isMessage)
  }

  /** Reads a page of the chosen chat before what is known of it. */
  loadOlder(): void {
    const { data, state, notify, changed } = this.#options
    const view = state.view()
    if (view.isLoadingOlder || data.stateOf(state.chat).hasMore !== true) return
    view.isLoadingOlder = true
    const place = { chat: refOf(state.chat) }
    const pages = data.view.part(ChatPages)
    void pages.loadOlder(place, PAGE).then(() => {
      view.isLoadingOlder = false
      const { error } = pages.look(place)
      if (error) notify(`older messages could not be loaded: ${error.message}`)
      changed()
    })
  }

  close(): void {
    clearInterval(this.#pingTimer)
    clearInterval(this.#countdown)
    this.#leave()
    for (const end of this.#ends) end()
  }

  #onStatus(): void {
    const { client, notify, changed } = this.#options
    const { status } = client
    clearInterval(this.#countdown)
    if (status.state !== 'open') this.#begun.clear()
    if (status.state === 'waiting') {
      this.#retryAtMs = Date.now() + status.delayMs
      this.#countdown = setInterval(changed, COUNTDOWN_MS)
      if (this.#missed === undefined && this.#wasLost) notify(`connection lost: ${status.reason}`)
      if (this.#wasLost) this.#missed ??= 0
    }
    this.#lagMs = undefined
    changed()
  }

  #onEstablished(): void {
    this.#wasLost = true
    const { client, state } = this.#options
    // Servers that do not know it answer with an error, which is no use to anyone.
    client.presence().catch(() => {})
    this.#begin(state.chat)
    this.#measure()
  }

  #onResumed(): void {
    if (this.#missed === undefined) return
    const count = this.#missed
    this.#missed = undefined
    const came = count === 1 ? '1 message came' : `${count === 0 ? 'no' : count} messages came`
    this.#options.notify(`connected again: ${came} meanwhile, none is missing`)
  }

  #onGap(): void {
    this.#missed = undefined
    this.#begun.clear()
    this.#options.notify('the server has another history: what is shown was read anew')
    this.#begin(this.#options.state.chat)
  }

  /** The newest messages of a chat are wanted as long as it is shown, and its members once a connection. */
  #begin(chat: Chat): void {
    const { client, data } = this.#options
    const label = chatLabel(chat)
    const isNew = data.stateOf(chat).hasMore === undefined
    if (this.#shown !== label) {
      this.#shown = label
      this.#leave()
      this.#leave = data.view.part(ChatPages).want({ chat: refOf(chat) }, PAGE)
    }
    if (client.status.state !== 'open' || this.#begun.has(label)) return
    this.#begun.add(label)
    if (isNew && chat.kind === 'chat' && data.hasMembers) void this.#learnMembers(chat.id)
  }

  /** The shown chat may be none of the user's; a support chat is opened by writing to it. */
  #noteMissing(): void {
    const { data, state, missing } = this.#options
    const { error } = data.view.part(ChatPages).look({ chat: refOf(state.chat) })
    const isMissing = error instanceof ChatwsError && error.code === 'NOT_FOUND'
    if (!isMissing || error === this.#noted) return
    this.#noted = error
    void missing.noticed(state.chat)
  }

  /** Asks who is in a chat, for mentions by name; of a large one, some. Where access is open, nobody is. */
  async #learnMembers(chatId: number): Promise<void> {
    let count = 0
    try {
      for await (const _ of this.#options.client.eachMember(chatId))
        if (++count === MAX_MEMBERS) break
    } catch {}
  }

  #onMessage(payload: Payload): void {
    const { data, state, mentions, notifier } = this.#options
    if (this.#missed !== undefined) this.#missed += 1
    if (payload.sender_id === data.userId) return
    const ref = payload as ChatRef
    const chat = chatOf(ref)
    const view = state.view(chat)
    const isNamed = payload.mentions?.includes(data.userId)
    const isMention = isNamed ?? findMention(payload.content, mentions())
    if (data.stateOf(chat).notify === 'none' || !isMention) return
    const isShown = chatLabel(chat) === chatLabel(state.chat)
    // Those that name the user are counted where all that is unread is.
    if (!isNamed && !(isShown && state.isFocused)) view.mentions += 1
    if (!state.isFocused)
      notifier.notify(
        `${data.titleOf(chat)} <${data.nameOf(payload.sender_id)}> ${payload.content}`,
      )
  }

  #measure(): void {
    const { client, changed } = this.#options
    if (client.status.state !== 'open') return
    this.#pings += 1
    if (this.#pings % PINGS_PER_PRESENCE === 0) client.presence().catch(() => {})
    client.ping().then(
      (lagMs) => {
        this.#lagMs = lagMs
        changed()
      },
      () => {},
    )
  }
}
