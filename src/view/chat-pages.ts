import type { KnownMessage } from '../client/known-message.ts'
import { type ChatRef, chatKeyOf, chatOf, onlyChat } from '../protocol/chat.ts'
import { ChatwsError } from '../protocol/error.ts'
import type { AskedStatus } from './asked.ts'
import type { ChatView } from './chat-view.ts'
import { Listeners } from './listeners.ts'

/** A chat, or the thread in it that begins with a message. */
export interface Place {
  readonly chat: ChatRef
  readonly thread?: number | undefined
}

/** Messages that are asked for at once where nothing else is said. */
export const PAGE_SIZE = 50

/** How far a place is known. */
export interface PageLook {
  readonly status: AskedStatus
  /** Whether there are messages before those that are known. */
  readonly hasOlder: boolean
  readonly isLoadingOlder: boolean
  readonly error: Error | undefined
}

interface PageState {
  readonly place: Place
  readonly pageSize: number
  wishes: number
  isBeginning: boolean
  /** Why the newest page is not here; it is asked for again on the next connection. */
  beginError: Error | undefined
  /** Of a thread, whose pages tell it to whoever asked only. */
  hasOlder: boolean | undefined
  older: Promise<void> | undefined
  error: Error | undefined
}

/**
 * The pages of history that are asked for: the newest of each chat that somebody looks at, and older
 * ones as they are wanted. What they hold is the conversation's.
 */
export class ChatPages extends Listeners {
  readonly #view: ChatView
  readonly #places = new Map<string, PageState>()

  constructor(view: ChatView) {
    super()
    this.#view = view
    view.client.on('established', () => this.#beginAll())
    // What was known is forgotten.
    view.client.on('gap', () => {
      for (const state of this.#places.values()) state.hasOlder = undefined
      this.#beginAll()
    })
    view.client.on('narrowed', () => this.#beginAll())
  }

  /** Somebody looks at a place, until the function returned is called. */
  want(place: Place, pageSize = PAGE_SIZE): () => void {
    const state = this.#stateOf(place, pageSize)
    state.wishes += 1
    this.#begin(state)
    let isWanted = true
    return () => {
      if (isWanted) state.wishes -= 1
      isWanted = false
    }
  }

  /** The known messages of a place, oldest first. */
  messages({ chat, thread }: Place): readonly KnownMessage[] {
    const { conversation } = this.#view
    return thread === undefined ? conversation.messages(chat) : conversation.thread(chat, thread)
  }

  /** How far the place is known. */
  look(place: Place): PageLook {
    const state = this.#places.get(keyOf(place))
    const hasOlder = this.#hasOlder(place, state)
    const beginError = isUnopened(place, state?.beginError) ? undefined : state?.beginError
    const isReady = hasOlder !== undefined || beginError !== state?.beginError
    return {
      status: isReady ? 'ready' : beginError ? 'error' : 'loading',
      hasOlder: hasOlder ?? false,
      isLoadingOlder: state?.older !== undefined,
      error: beginError ?? state?.error,
    }
  }

  /** Asks for the page before what is known; settles with it, and does nothing while one is on its way. */
  loadOlder(place: Place, pageSize = PAGE_SIZE): Promise<void> {
    const state = this.#stateOf(place, pageSize)
    const oldest = this.messages(place)[0]
    if (!oldest || this.#hasOlder(place, state) === false) return Promise.resolve()
    state.older ??= this.#ask(state, oldest.id)
      .then(
        () => undefined,
        (error: Error) => error,
      )
      .then((error) => {
        state.older = undefined
        state.error = error
        this.changed()
      })
    this.changed()
    return state.older
  }

  /** Asks again for what has failed. */
  retry(place: Place): void {
    const state = this.#places.get(keyOf(place))
    if (!state) return
    const isOlder = state.error !== undefined
    state.beginError = undefined
    state.error = undefined
    if (isOlder) void this.loadOlder(place, state.pageSize)
    else this.#begin(state)
    this.changed()
  }

  #stateOf({ chat, thread }: Place, pageSize: number): PageState {
    const key = keyOf({ chat, thread })
    let state = this.#places.get(key)
    if (!state) {
      state = {
        place: { chat: onlyChat(chat), thread },
        pageSize,
        wishes: 0,
        isBeginning: false,
        beginError: undefined,
        hasOlder: undefined,
        older: undefined,
        error: undefined,
      }
      this.#places.set(key, state)
    }
    return state
  }

  #hasOlder({ chat, thread }: Place, state: PageState | undefined): boolean | undefined {
    return thread === undefined ? this.#view.conversation.chat(chat).hasMore : state?.hasOlder
  }

  #beginAll(): void {
    for (const state of this.#places.values()) {
      state.beginError = undefined
      this.#begin(state)
    }
  }

  /** Asks for the newest page, where it is wanted and not known. */
  #begin(state: PageState): void {
    const { client } = this.#view
    if (state.wishes === 0 || state.isBeginning || state.beginError) return
    if (client.status.state !== 'open' || this.#hasOlder(state.place, state) !== undefined) return
    state.isBeginning = true
    this.#ask(state).then(
      () => this.#begun(state, undefined),
      (error: Error) => this.#begun(state, error),
    )
  }

  #begun(state: PageState, error: Error | undefined): void {
    state.isBeginning = false
    state.beginError = error
    this.changed()
  }

  async #ask(state: PageState, before?: number): Promise<void> {
    const { place, pageSize } = state
    const { has_more } = await this.#view.client.history({
      ...place.chat,
      ...(place.thread !== undefined && { thread: place.thread }),
      ...(before !== undefined && { before }),
      limit: pageSize,
    })
    state.hasOlder = has_more
  }
}

/** A support chat is opened by writing to it: before that, the server knows of none. */
function isUnopened({ chat }: Place, error: Error | undefined): boolean {
  const isUnknown = error instanceof ChatwsError && error.code === 'NOT_FOUND'
  return isUnknown && chatOf(chat).kind === 'support'
}

function keyOf({ chat, thread }: Place): string {
  return `${chatKeyOf(chat)} ${thread ?? ''}`
}
